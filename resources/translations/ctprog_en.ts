<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en" sourcelanguage="en">
<context>
    <name></name>
    <message numerus="yes">
        <source>%n bundle(s) ready.</source>
        <translation>
            <numerusform>%n bundle ready.</numerusform>
            <numerusform>%n bundles ready.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) so far …</source>
        <translation>
            <numerusform>%n file so far …</numerusform>
            <numerusform>%n files so far …</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n series found: double-click the one to open.</source>
        <translation>
            <numerusform>%n series found: double-click the one to open.</numerusform>
            <numerusform>%n series found: double-click the one to open.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n slice(s)</source>
        <translation>
            <numerusform>%n slice</numerusform>
            <numerusform>%n slices</numerusform>
        </translation>
    </message>
</context>
</TS>
