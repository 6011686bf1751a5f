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
        <source>%n earlier measure(s) of this case are back.</source>
        <translation>
            <numerusform>%n earlier measure of this case is back.</numerusform>
            <numerusform>%n earlier measures of this case are back.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n endpoint(s)</source>
        <translation>
            <numerusform>%n endpoint</numerusform>
            <numerusform>%n endpoints</numerusform>
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
        <source>%n more</source>
        <comment>warnings of a card that is not selected</comment>
        <translation>
            <numerusform>%n more</numerusform>
            <numerusform>%n more</numerusform>
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
    <message numerus="yes">
        <source>%n smaller ones together</source>
        <translation>
            <numerusform>%n smaller one</numerusform>
            <numerusform>%n smaller ones together</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Your earlier work on series 2 is back: %n segment(s).</source>
        <translation>
            <numerusform>Your earlier work on series 2 is back: %n segment.</numerusform>
            <numerusform>Your earlier work on series 2 is back: %n segments.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Your earlier work on this case is back: %n segment(s). Undo works on it too.</source>
        <translation>
            <numerusform>Your earlier work on this case is back: %n segment. Undo works on it too.</numerusform>
            <numerusform>Your earlier work on this case is back: %n segments. Undo works on it too.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>last %n edits {change}</source>
        <translation>
            <numerusform>last %n edit {change}</numerusform>
            <numerusform>last %n edits {change}</numerusform>
        </translation>
    </message>
</context>
</TS>
