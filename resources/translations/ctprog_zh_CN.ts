<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="zh_CN" sourcelanguage="en">
<context>
    <name></name>
    <message>
        <source> without what is empty: {names}</source>
        <translation>（空的未保存：{names}）</translation>
    </message>
    <message numerus="yes">
        <source>%n bundle(s) ready.</source>
        <translation>
            <numerusform>%n 个模型包已就绪。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n earlier measure(s) of this case are back.</source>
        <translation>
            <numerusform>已恢复此病例先前的 %n 项测量。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n endpoint(s)</source>
        <translation>
            <numerusform>%n 个终点</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) so far …</source>
        <translation>
            <numerusform>已扫描 %n 个文件…</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n more</source>
        <comment>warnings of a card that is not selected</comment>
        <translation>
            <numerusform>另有 %n 条</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n series found: double-click the one to open.</source>
        <translation>
            <numerusform>找到 %n 个序列：双击要打开的序列。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n slice(s)</source>
        <translation>
            <numerusform>%n 层</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n smaller ones together</source>
        <translation>
            <numerusform>其余 %n 个较小者合计</numerusform>
        </translation>
    </message>
    <message>
        <source>({sd} SD from the usual)</source>
        <translation>（偏离训练均值 {sd} SD）</translation>
    </message>
    <message>
        <source>, </source>
        <comment>in a list</comment>
        <translation>，</translation>
    </message>
    <message>
        <source>2.5th to 97.5th percentile of the scores of the {n} heads</source>
        <translation>{n} 个头评分的第 2.5 至 97.5 百分位</translation>
    </message>
    <message>
        <source>: </source>
        <comment>before a list</comment>
        <translation>：</translation>
    </message>
    <message>
        <source>; </source>
        <comment>in a list</comment>
        <translation>；</translation>
    </message>
    <message>
        <source>&lt;b&gt;{name}&lt;/b&gt; makes no regular grid:</source>
        <translation>&lt;b&gt;{name}&lt;/b&gt; 不构成规则网格：</translation>
    </message>
    <message>
        <source>&lt;b&gt;{percent} %&lt;/b&gt; of it inside the ROI</source>
        <translation>其中 &lt;b&gt;{percent} %&lt;/b&gt; 位于 ROI 内</translation>
    </message>
    <message>
        <source>A ROI of another grid</source>
        <translation>ROI 属于另一网格</translation>
    </message>
    <message>
        <source>A brush that stays on the pointer&apos;s side of an edge; Ctrl erases.</source>
        <translation>画笔停留在指针所在的边缘一侧；按 Ctrl 擦除。</translation>
    </message>
    <message>
        <source>A cohort table (CSV): {columns}</source>
        <translation>队列表格（CSV）：{columns}</translation>
    </message>
    <message>
        <source>A locked segment is not painted over</source>
        <translation>锁定的分割不会被覆盖</translation>
    </message>
    <message>
        <source>A model can&apos;t do without it.</source>
        <translation>模型必须有此项。</translation>
    </message>
    <message>
        <source>A reading session is open: leave it first.</source>
        <translation>阅片任务已打开：请先退出。</translation>
    </message>
    <message>
        <source>A run goes on when this window, or all of CTProg, is closed.</source>
        <translation>关闭此窗口或整个 CTProg 后，训练仍会继续。</translation>
    </message>
    <message>
        <source>A segment to the other series</source>
        <translation>将分割复制到另一序列</translation>
    </message>
    <message>
        <source>ALK rearrangement</source>
        <translation>ALK 重排</translation>
    </message>
    <message>
        <source>AUC (95 % CI)</source>
        <translation>AUC（95 % CI）</translation>
    </message>
    <message>
        <source>About CTProg</source>
        <translation>关于 CTProg</translation>
    </message>
    <message>
        <source>Across</source>
        <translation>方位</translation>
    </message>
    <message>
        <source>Adapt</source>
        <translation>自适应</translation>
    </message>
    <message>
        <source>Adaptive brush (stays on its side of an edge)</source>
        <translation>自适应画笔（停留在边缘一侧）</translation>
    </message>
    <message>
        <source>Add a segment</source>
        <translation>并入另一分割</translation>
    </message>
    <message>
        <source>Add a segment…</source>
        <translation>并入另一分割…</translation>
    </message>
    <message>
        <source>Add {name}</source>
        <translation>添加 {name}</translation>
    </message>
    <message>
        <source>Adenocarcinoma</source>
        <translation>腺癌</translation>
    </message>
    <message>
        <source>Against</source>
        <translation>对照</translation>
    </message>
    <message>
        <source>Age</source>
        <translation>年龄</translation>
    </message>
    <message>
        <source>Alive at {told}.</source>
        <translation>生存概率：{told}。</translation>
    </message>
    <message>
        <source>All files</source>
        <translation>所有文件</translation>
    </message>
    <message>
        <source>All readings are finished and saved.</source>
        <translation>所有阅片均已完成并保存。</translation>
    </message>
    <message>
        <source>All settings are as shipped.</source>
        <translation>所有设置已恢复为出厂设置。</translation>
    </message>
    <message>
        <source>All visible segments at once: none comes apart from its neighbour, and locked ones stay</source>
        <translation>同时平滑所有可见分割：相邻分割不会分离，锁定的保持不变</translation>
    </message>
    <message>
        <source>All {count} regions</source>
        <translation>全部 {count} 个区域</translation>
    </message>
    <message>
        <source>Among the reference cohort</source>
        <translation>在参考队列中的位置</translation>
    </message>
    <message>
        <source>An oblique plane has no slice of the series to copy: reset the planes.</source>
        <translation>斜切面不是序列自身的层面，无法复制：请重置切面。</translation>
    </message>
    <message>
        <source>Angle</source>
        <translation>角度</translation>
    </message>
    <message>
        <source>Another reader&apos;s ROI</source>
        <translation>另一位阅片者的 ROI</translation>
    </message>
    <message>
        <source>Another segment and a margin around it as well, where that is not locked</source>
        <translation>并入另一分割及其外扩范围（未锁定处）</translation>
    </message>
    <message>
        <source>Apply</source>
        <translation>应用</translation>
    </message>
    <message>
        <source>Apply the outline or proposal</source>
        <translation>应用轮廓或建议</translation>
    </message>
    <message>
        <source>As a whole it spoke against it (log odds {value}): drawn is what spoke for it all the same.</source>
        <translation>整体上网络并不支持该项（对数优势 {value}）：图中仅为仍支持该项的部分。</translation>
    </message>
    <message>
        <source>As shipped</source>
        <translation>恢复出厂设置</translation>
    </message>
    <message>
        <source>As the images&apos; header says; type over it if you know better.</source>
        <translation>取自图像头信息；如有更准确的数值可直接改写。</translation>
    </message>
    <message>
        <source>Ask every bundle about this case</source>
        <translation>用所有模型包预测此病例</translation>
    </message>
    <message>
        <source>Asking a network that learnt nothing</source>
        <translation>正在询问未经学习的网络</translation>
    </message>
    <message>
        <source>Asking the classifiers</source>
        <translation>正在询问分类器</translation>
    </message>
    <message>
        <source>Attached structures were cut off at necks under {value} mm.</source>
        <translation>相连结构已在窄于 {value} mm 的颈部切断。</translation>
    </message>
    <message>
        <source>Attention</source>
        <translation>注意力</translation>
    </message>
    <message>
        <source>Axial</source>
        <translation>轴位</translation>
    </message>
    <message>
        <source>Axial large, three beside</source>
        <translation>轴位大图，旁列三图</translation>
    </message>
    <message>
        <source>Back</source>
        <translation>后</translation>
    </message>
    <message>
        <source>Back</source>
        <comment>to the step before</comment>
        <translation>上一步</translation>
    </message>
    <message>
        <source>Background that is shut in becomes the segment&apos;s</source>
        <translation>被包围的背景归入分割</translation>
    </message>
    <message>
        <source>Band: {kind}.</source>
        <translation>区间带：{kind}。</translation>
    </message>
    <message>
        <source>Bar: probability. Line and Range: {kind}. Orange tick and Usual: how many of the fitted patients had it. AUC: how well the models told them apart out of fold; 0.5 is chance.</source>
        <translation>条：概率。横线与“范围”：{kind}。橙色刻度与“通常”：训练患者中的阳性比例。AUC：折外区分能力；0.5 为随机水平。</translation>
    </message>
    <message>
        <source>Bar: probability. Line: {kind}. Orange tick: how many of the fitted patients had it.</source>
        <translation>条形：概率。横线：{kind}。橙色刻度：训练患者中的阳性比例。</translation>
    </message>
    <message>
        <source>Begun from {what}; brush and effects go on from there.</source>
        <translation>以{what}为起点；可继续用画笔和效果修改。</translation>
    </message>
    <message>
        <source>Below this share of the maximum nothing is drawn</source>
        <translation>低于最大值的这一比例时不显示</translation>
    </message>
    <message>
        <source>Beside the open series:</source>
        <translation>与已打开序列并列：</translation>
    </message>
    <message>
        <source>Beyond this series</source>
        <translation>超出本序列范围</translation>
    </message>
    <message>
        <source>Blind to: {what}</source>
        <translation>盲法：{what}不可见</translation>
    </message>
    <message>
        <source>Bone</source>
        <translation>骨</translation>
    </message>
    <message>
        <source>Bone window (2500 / 480)</source>
        <translation>骨窗（2500 / 480）</translation>
    </message>
    <message>
        <source>Both series share a frame of reference: the same position is the same place.</source>
        <translation>两个序列共用参考坐标系：相同坐标即同一位置。</translation>
    </message>
    <message>
        <source>Box</source>
        <translation>矩形</translation>
    </message>
    <message>
        <source>Brain window (80 / 40)</source>
        <translation>脑窗（80 / 40）</translation>
    </message>
    <message>
        <source>Bring back</source>
        <translation>重新打开</translation>
    </message>
    <message>
        <source>Browse…</source>
        <translation>浏览…</translation>
    </message>
    <message>
        <source>Brush</source>
        <translation>画笔</translation>
    </message>
    <message>
        <source>Brush in 3D</source>
        <translation>三维画笔</translation>
    </message>
    <message>
        <source>By</source>
        <translation>距离</translation>
    </message>
    <message>
        <source>C-td of the validation patients, by fold</source>
        <translation>各折验证患者的 C-td</translation>
    </message>
    <message>
        <source>CT and ROI</source>
        <translation>CT 与 ROI</translation>
    </message>
    <message>
        <source>CT images</source>
        <translation>CT 图像</translation>
    </message>
    <message>
        <source>CTProg shows a chest CT and what published prognosis systems make of it. &lt;b&gt;Research use only&lt;/b&gt;: not for diagnosis or treatment decisions.&lt;br&gt;&lt;br&gt;The synthetic case needs no data of yours: open it, and follow the tour on it.</source>
        <translation>CTProg 显示胸部 CT，以及已发表的预后系统对它的判断。&lt;b&gt;仅供科研使用&lt;/b&gt;：不得用于诊断或治疗决策。&lt;br&gt;&lt;br&gt;合成病例不需要您自己的数据：打开它，跟着导览走一遍。</translation>
    </message>
    <message>
        <source>CTProg {version} — research use only</source>
        <translation>CTProg {version} — 仅供科研使用</translation>
    </message>
    <message>
        <source>CTProg — research use only</source>
        <translation>CTProg — 仅供科研使用</translation>
    </message>
    <message>
        <source>CTProg: {title}, research use only</source>
        <translation>CTProg：{title}，仅供研究使用</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>取消</translation>
    </message>
    <message>
        <source>Cancel what runs</source>
        <translation>取消正在运行的任务</translation>
    </message>
    <message>
        <source>Cancelled.</source>
        <translation>已取消。</translation>
    </message>
    <message>
        <source>Case</source>
        <translation>病例</translation>
    </message>
    <message>
        <source>Change only voxels in a range of HU, with every tool and effect</source>
        <translation>所有工具和效果只改动 HU 范围内的体素</translation>
    </message>
    <message>
        <source>Change only voxels in the range of HU</source>
        <translation>只改动 HU 范围内的体素</translation>
    </message>
    <message>
        <source>Check of the score: {bundle}</source>
        <translation>评分检验：{bundle}</translation>
    </message>
    <message>
        <source>Check this score…</source>
        <translation>检验此评分…</translation>
    </message>
    <message>
        <source>Chest</source>
        <translation>胸部</translation>
    </message>
    <message>
        <source>Choose a configuration and a cohort table first.</source>
        <translation>请先选择配置和队列表格。</translation>
    </message>
    <message>
        <source>Click a solid lung nodule: its outline is proposed.</source>
        <translation>单击实性肺结节：给出建议轮廓。</translation>
    </message>
    <message>
        <source>Click along an edge: the line clings to it. Enter or a double click closes.</source>
        <translation>沿边缘点击：线条会贴合边缘。按回车或双击闭合。</translation>
    </message>
    <message>
        <source>Click corners; Enter or a double click closes, Backspace takes back.</source>
        <translation>单击各顶点；回车或双击闭合，退格键撤回。</translation>
    </message>
    <message>
        <source>Click ranks by: Dice, HD95 in mm, difference of the volumes in % of their mean</source>
        <translation>单击排序依据：Dice、HD95（mm）、体积差占均值的 %</translation>
    </message>
    <message>
        <source>Click, Shift + left drag</source>
        <translation>单击，Shift + 左键拖动</translation>
    </message>
    <message>
        <source>Click: go to the slice. Double click: rename. Del: delete</source>
        <translation>单击：转到该层面。双击：重命名。Del：删除</translation>
    </message>
    <message>
        <source>Click: what is as dense and connected is proposed.</source>
        <translation>单击：建议密度相近且相连的区域。</translation>
    </message>
    <message>
        <source>Clinical values</source>
        <translation>临床变量</translation>
    </message>
    <message>
        <source>Close case</source>
        <translation>关闭病例</translation>
    </message>
    <message>
        <source>Closing {value} mm</source>
        <translation>闭运算 {value} mm</translation>
    </message>
    <message>
        <source>Cohort</source>
        <translation>队列</translation>
    </message>
    <message>
        <source>Cohort tables</source>
        <translation>队列表格</translation>
    </message>
    <message>
        <source>Colour of {name}</source>
        <translation>{name} 的颜色</translation>
    </message>
    <message>
        <source>Colours around the images; the images themselves always lie on black.</source>
        <translation>图像周围界面的颜色；图像本身始终为黑底。</translation>
    </message>
    <message>
        <source>Colours of the overlay</source>
        <translation>叠加图的颜色</translation>
    </message>
    <message>
        <source>Colours: PET</source>
        <translation>伪彩：PET</translation>
    </message>
    <message>
        <source>Colours: grey</source>
        <translation>伪彩：灰阶</translation>
    </message>
    <message>
        <source>Colours: hot iron</source>
        <translation>伪彩：热铁（hot iron）</translation>
    </message>
    <message>
        <source>Colours: hot metal blue</source>
        <translation>伪彩：热金属蓝（hot metal blue）</translation>
    </message>
    <message>
        <source>Colours: inferno</source>
        <translation>伪彩：inferno</translation>
    </message>
    <message>
        <source>Colours: magma</source>
        <translation>伪彩：magma</translation>
    </message>
    <message>
        <source>Colours: viridis</source>
        <translation>伪彩：viridis</translation>
    </message>
    <message>
        <source>Colours: what raises the network&apos;s answer for {endpoint} (Grad-CAM)</source>
        <translation>颜色：使网络对“{endpoint}”的回答升高之处（Grad-CAM）</translation>
    </message>
    <message>
        <source>Colours: what the score rests on (Grad-CAM)</source>
        <translation>颜色：评分的依据（Grad-CAM）</translation>
    </message>
    <message>
        <source>Command</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Commands</source>
        <translation>命令</translation>
    </message>
    <message>
        <source>Commit and see</source>
        <translation>提交并查看</translation>
    </message>
    <message>
        <source>Compare</source>
        <translation>对照</translation>
    </message>
    <message>
        <source>Compare with a folder</source>
        <translation>与文件夹中的序列对照</translation>
    </message>
    <message>
        <source>Compare with another reader&apos;s ROI…</source>
        <translation>与另一阅片者的 ROI 比较…</translation>
    </message>
    <message>
        <source>Compare with another series…</source>
        <translation>与另一序列对照…</translation>
    </message>
    <message>
        <source>Compare with the ROI as it is now</source>
        <translation>与当前的 ROI 比较</translation>
    </message>
    <message>
        <source>Comparing the readers</source>
        <translation>正在比较阅片者</translation>
    </message>
    <message>
        <source>Compiling the radiomics, for the first use on this machine only</source>
        <translation>正在编译影像组学代码（仅在本机首次使用时）</translation>
    </message>
    <message>
        <source>Configuration</source>
        <translation>配置</translation>
    </message>
    <message>
        <source>Configurations</source>
        <translation>配置文件</translation>
    </message>
    <message>
        <source>Copy segment to {number}</source>
        <translation>复制分割到 {number}</translation>
    </message>
    <message>
        <source>Copy slice</source>
        <translation>复制层面</translation>
    </message>
    <message>
        <source>Copy the segment to the other series</source>
        <translation>将分割复制到另一序列</translation>
    </message>
    <message>
        <source>Copy the slice downwards</source>
        <translation>复制到下一层面</translation>
    </message>
    <message>
        <source>Copy the slice upwards</source>
        <translation>复制到上一层面</translation>
    </message>
    <message>
        <source>Copy {name} to series {series}?</source>
        <translation>将 {name} 复制到序列 {series}？</translation>
    </message>
    <message>
        <source>Copying {name}</source>
        <translation>正在复制 {name}</translation>
    </message>
    <message>
        <source>Corner</source>
        <translation>顶点</translation>
    </message>
    <message>
        <source>Coronal</source>
        <translation>冠状位</translation>
    </message>
    <message>
        <source>Counted over each voxel&apos;s neighbours of the same grey level.</source>
        <translation>按每个体素的同灰度邻居统计。</translation>
    </message>
    <message>
        <source>Counted over pairs of neighbouring voxels.</source>
        <translation>按相邻体素对统计。</translation>
    </message>
    <message>
        <source>Counted over runs: voxels of one grey level in a line.</source>
        <translation>按游程统计：一条直线上同灰度的连续体素。</translation>
    </message>
    <message>
        <source>Counted over zones: connected voxels of one grey level.</source>
        <translation>按连通区统计：相连的同灰度体素。</translation>
    </message>
    <message>
        <source>Crop</source>
        <translation>裁剪</translation>
    </message>
    <message>
        <source>Crosshair</source>
        <translation>十字线</translation>
    </message>
    <message>
        <source>Ctrl+K finds any command by what you type of it, ? shows all keys, and File › Settings changes them.</source>
        <translation>按 Ctrl+K 输入文字即可找到任何命令，按 ? 显示全部快捷键，在“文件 › 设置”中可以修改它们。</translation>
    </message>
    <message>
        <source>Cut off from this side</source>
        <translation>从这一侧裁切</translation>
    </message>
    <message>
        <source>Cut sides of the patient off the volume view</source>
        <translation>在三维视图中裁去患者的各侧</translation>
    </message>
    <message>
        <source>Cutting the cube around the tumour</source>
        <translation>正在裁取肿瘤周围的立方体</translation>
    </message>
    <message>
        <source>DICOM SR…</source>
        <translation>DICOM SR…</translation>
    </message>
    <message>
        <source>Dashed and empty: the folds disagree, and the probability between them is no answer.</source>
        <translation>虚线空条：各折不一致，其间的概率不能作为回答。</translation>
    </message>
    <message>
        <source>Delete segment</source>
        <translation>删除分割</translation>
    </message>
    <message>
        <source>Delete the chosen measure</source>
        <translation>删除所选测量</translation>
    </message>
    <message>
        <source>Delete the segment</source>
        <translation>删除该分割</translation>
    </message>
    <message>
        <source>Delete {name}</source>
        <translation>删除 {name}</translation>
    </message>
    <message>
        <source>Diameter of the brush, also by Shift + wheel</source>
        <translation>画笔直径（也可用 Shift + 滚轮）</translation>
    </message>
    <message>
        <source>Discard</source>
        <translation>放弃</translation>
    </message>
    <message>
        <source>Distances and positions in this series may be wrong:{list}A prediction on it may be misleading.</source>
        <translation>该序列中的距离和位置可能有误：{list}据此作出的预测可能产生误导。</translation>
    </message>
    <message>
        <source>Does not read the ROI: edits do not move this score.</source>
        <translation>不读取 ROI：编辑不会改变此评分。</translation>
    </message>
    <message>
        <source>Does the map hang on what the network learnt?</source>
        <translation>显著性图是否取决于网络所学？</translation>
    </message>
    <message>
        <source>Does the score repeat when the ROI lies one voxel further?</source>
        <translation>ROI 移动一个体素后，评分能否重复？</translation>
    </message>
    <message>
        <source>Does the score repeat when the image lies one voxel further?</source>
        <translation>图像移动一个体素后，评分能否重复？</translation>
    </message>
    <message>
        <source>Done</source>
        <translation>完成</translation>
    </message>
    <message>
        <source>Double click</source>
        <translation>双击</translation>
    </message>
    <message>
        <source>Double-click for another colour</source>
        <translation>双击更换颜色</translation>
    </message>
    <message>
        <source>Double-click to open</source>
        <translation>双击打开</translation>
    </message>
    <message>
        <source>Double-click to rename</source>
        <translation>双击重命名</translation>
    </message>
    <message>
        <source>Drag a dot on the crosshair</source>
        <translation>拖动十字线上的圆点</translation>
    </message>
    <message>
        <source>Drag around it; Ctrl erases.</source>
        <translation>沿边缘拖动勾画；按住 Ctrl 擦除。</translation>
    </message>
    <message>
        <source>Drag erases, Ctrl paints.</source>
        <translation>拖动擦除，按住 Ctrl 绘制。</translation>
    </message>
    <message>
        <source>Drag paints, Ctrl erases.</source>
        <translation>拖动绘制，按住 Ctrl 擦除。</translation>
    </message>
    <message>
        <source>Draw a shape, on a slice or in the volume view (there Ctrl turns): the cut is shown first; Enter makes it, Esc does not.</source>
        <translation>在层面上或三维视图中（按住 Ctrl 可旋转）画出形状：先预览剪切结果，Enter 执行，Esc 取消。</translation>
    </message>
    <message>
        <source>Drop a DICOM folder, a ZIP, or a NIfTI, NRRD or MHA file anywhere on the window. What is in it is listed here; a double click opens a series. A badge says what is odd about it.</source>
        <translation>将 DICOM 文件夹、ZIP，或 NIfTI、NRRD、MHA 文件拖到窗口任意位置，其内容会列在这里；双击打开序列。标记说明序列的异常之处。</translation>
    </message>
    <message>
        <source>Dual-phase radiomics nomogram</source>
        <translation>双期影像组学列线图</translation>
    </message>
    <message>
        <source>EGFR mutation</source>
        <translation>EGFR 突变</translation>
    </message>
    <message>
        <source>Each part is listed as a series of its own; no value is changed.</source>
        <translation>每一部分列为独立序列；不改变任何数值。</translation>
    </message>
    <message>
        <source>Each voxel becomes what most around it are</source>
        <translation>每个体素取其周围的多数</translation>
    </message>
    <message>
        <source>Each voxel is held against the mean of those around it.</source>
        <translation>每个体素与其周围体素的均值比较。</translation>
    </message>
    <message>
        <source>Earlier measures of this case can&apos;t be read ({why}), and new ones are not kept.</source>
        <translation>此病例先前的测量无法读取（{why}），新的测量不会保存。</translation>
    </message>
    <message>
        <source>Earlier measures of this case can&apos;t be read ({why}); they are kept as a file.</source>
        <translation>此病例先前的测量无法读取（{why}）；已另存为文件。</translation>
    </message>
    <message>
        <source>Earlier work on this case could not be brought back ({why}); it is kept as a file.</source>
        <translation>此病例先前的工作无法恢复（{why}）；已另存为文件。</translation>
    </message>
    <message>
        <source>Effects</source>
        <translation>效果</translation>
    </message>
    <message>
        <source>Effect…</source>
        <translation>效果…</translation>
    </message>
    <message>
        <source>Ellipse</source>
        <translation>椭圆</translation>
    </message>
    <message>
        <source>End the comparison</source>
        <translation>结束比较</translation>
    </message>
    <message>
        <source>Endpoints of a tumour from CT</source>
        <translation>基于 CT 的肿瘤终点预测</translation>
    </message>
    <message>
        <source>Endpoints, as the model sees them</source>
        <translation>模型所见的终点</translation>
    </message>
    <message>
        <source>English</source>
        <translation>English</translation>
    </message>
    <message>
        <source>Enter makes it; the same keys once more make it and go on.</source>
        <translation>按 Enter 应用；再按同样的键则应用并继续。</translation>
    </message>
    <message>
        <source>Epoch</source>
        <translation>轮次</translation>
    </message>
    <message>
        <source>Erase</source>
        <translation>擦除</translation>
    </message>
    <message>
        <source>Erase adaptively</source>
        <translation>自适应擦除</translation>
    </message>
    <message>
        <source>Erase by freehand</source>
        <translation>徒手擦除</translation>
    </message>
    <message>
        <source>Erase by level tracing</source>
        <translation>用等值线擦除</translation>
    </message>
    <message>
        <source>Erase by livewire</source>
        <translation>用智能描边擦除</translation>
    </message>
    <message>
        <source>Erase by polygon</source>
        <translation>多边形擦除</translation>
    </message>
    <message>
        <source>Erase inside</source>
        <translation>擦除内部</translation>
    </message>
    <message>
        <source>Erase outside</source>
        <translation>擦除外部</translation>
    </message>
    <message>
        <source>Eraser</source>
        <translation>橡皮擦</translation>
    </message>
    <message>
        <source>Estimate first, then see</source>
        <translation>先自行评估，再看结果</translation>
    </message>
    <message>
        <source>Everything by name</source>
        <translation>按名称查找一切</translation>
    </message>
    <message>
        <source>Export page</source>
        <translation>导出页面</translation>
    </message>
    <message>
        <source>Export page…</source>
        <translation>导出页面…</translation>
    </message>
    <message>
        <source>Faster film</source>
        <translation>电影加快</translation>
    </message>
    <message>
        <source>Features that moved the answer less, added up. A click shows each.</source>
        <translation>影响较小的特征之和。单击可逐一显示。</translation>
    </message>
    <message>
        <source>Feet</source>
        <translation>足侧</translation>
    </message>
    <message>
        <source>File</source>
        <translation>文件</translation>
    </message>
    <message>
        <source>Fill</source>
        <translation>填充</translation>
    </message>
    <message>
        <source>Fill between slices</source>
        <translation>层间填充</translation>
    </message>
    <message>
        <source>Fill between slices…</source>
        <translation>层间填充…</translation>
    </message>
    <message>
        <source>Fill holes</source>
        <translation>填充空洞</translation>
    </message>
    <message>
        <source>Fill holes in slices</source>
        <translation>逐层填充空洞</translation>
    </message>
    <message>
        <source>Fill holes…</source>
        <translation>填充空洞…</translation>
    </message>
    <message>
        <source>Fill inside</source>
        <translation>填充内部</translation>
    </message>
    <message>
        <source>Fills notches and gaps narrower than twice the radius</source>
        <translation>填平窄于半径两倍的凹口和缝隙</translation>
    </message>
    <message>
        <source>Fills the empty slices between drawn ones</source>
        <translation>填充已勾画层面之间的空层</translation>
    </message>
    <message>
        <source>Film</source>
        <translation>电影播放</translation>
    </message>
    <message>
        <source>Find a command…</source>
        <translation>查找命令…</translation>
    </message>
    <message>
        <source>Finding the lungs</source>
        <translation>正在查找肺部</translation>
    </message>
    <message>
        <source>Finish this reading with the finding that there is nothing to draw?</source>
        <translation>以“无可勾画”为结论完成此例阅片？</translation>
    </message>
    <message>
        <source>Finished</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>First slice</source>
        <translation>第一层</translation>
    </message>
    <message>
        <source>Fit the slice</source>
        <translation>适应窗口</translation>
    </message>
    <message>
        <source>Flag</source>
        <translation>标记</translation>
    </message>
    <message>
        <source>Flag the reading, next</source>
        <translation>标记此例，下一例</translation>
    </message>
    <message>
        <source>Flip left and right</source>
        <translation>左右翻转</translation>
    </message>
    <message>
        <source>Flip top and bottom</source>
        <translation>上下翻转</translation>
    </message>
    <message>
        <source>Folder for the report</source>
        <translation>报告文件夹</translation>
    </message>
    <message>
        <source>Font size</source>
        <translation>字号</translation>
    </message>
    <message>
        <source>Forget recent cases and the index</source>
        <translation>清除最近病例和索引</translation>
    </message>
    <message>
        <source>Four equal views</source>
        <translation>四等分视图</translation>
    </message>
    <message>
        <source>Freehand</source>
        <translation>徒手轮廓</translation>
    </message>
    <message>
        <source>From a folder…</source>
        <translation>从文件夹…</translation>
    </message>
    <message>
        <source>From the next start on.</source>
        <translation>下次启动后生效。</translation>
    </message>
    <message>
        <source>From {low} to {high} HU, within {limit} mm.</source>
        <translation>{low} 至 {high} HU，{limit} mm 以内。</translation>
    </message>
    <message>
        <source>Front</source>
        <translation>前</translation>
    </message>
    <message>
        <source>General</source>
        <translation>常规</translation>
    </message>
    <message>
        <source>Go on</source>
        <translation>继续</translation>
    </message>
    <message>
        <source>Go on without? What is drawn under other names stays on this computer and is not part of the session. A segment that is given the name back is saved.</source>
        <translation>仍要继续吗？以其他名称绘制的内容只保留在本机，不属于本次阅片任务。将分割改回该名称即可保存。</translation>
    </message>
    <message>
        <source>Go to ROI</source>
        <translation>定位到 ROI</translation>
    </message>
    <message>
        <source>Go to slice {number}, where most of it lies</source>
        <translation>转到其主要所在的第 {number} 层</translation>
    </message>
    <message>
        <source>Grad-CAM of the answer that is looked at, over all views</source>
        <translation>所查看结果的 Grad-CAM，叠加于所有视图</translation>
    </message>
    <message>
        <source>Grey name and bar: not told from chance.</source>
        <translation>名称与条为灰色：与随机无法区分。</translation>
    </message>
    <message>
        <source>Grow</source>
        <translation>生长</translation>
    </message>
    <message>
        <source>Grow a region from a click</source>
        <translation>单击区域生长</translation>
    </message>
    <message>
        <source>Grow from seeds</source>
        <translation>由种子生长</translation>
    </message>
    <message>
        <source>Grow from seeds against {name}</source>
        <translation>由种子生长（对照 {name}）</translation>
    </message>
    <message>
        <source>Grow from seeds…</source>
        <translation>由种子生长…</translation>
    </message>
    <message>
        <source>Grow region</source>
        <translation>区域生长</translation>
    </message>
    <message>
        <source>Grow {value} mm</source>
        <translation>外扩 {value} mm</translation>
    </message>
    <message>
        <source>Grows the segment by a distance in space; a negative one shrinks it</source>
        <translation>按空间距离外扩分割；负值为内缩</translation>
    </message>
    <message>
        <source>HU</source>
        <translation>HU</translation>
    </message>
    <message>
        <source>HU histogram</source>
        <translation>HU 直方图</translation>
    </message>
    <message>
        <source>HU histogram {value} HU from its nearest cases (limit {limit} HU)</source>
        <translation>HU 直方图与最近病例相差 {value} HU（限值 {limit} HU）</translation>
    </message>
    <message>
        <source>HU probe</source>
        <translation>HU 探针</translation>
    </message>
    <message>
        <source>HU, mean ± SD</source>
        <translation>HU，均值 ± SD</translation>
    </message>
    <message>
        <source>HU, range</source>
        <translation>HU，范围</translation>
    </message>
    <message>
        <source>Hatched: of a case unlike those that it was fitted on.</source>
        <translation>斜线：此病例与训练病例不同。</translation>
    </message>
    <message>
        <source>Head</source>
        <translation>头侧</translation>
    </message>
    <message>
        <source>Help</source>
        <translation>帮助</translation>
    </message>
    <message>
        <source>Here: {value}</source>
        <translation>此处：{value}</translation>
    </message>
    <message>
        <source>High risk</source>
        <translation>高风险</translation>
    </message>
    <message>
        <source>Histology</source>
        <translation>组织学类型</translation>
    </message>
    <message>
        <source>Hold the smaller ones together</source>
        <translation>合并较小者</translation>
    </message>
    <message>
        <source>Hollow</source>
        <translation>空壳</translation>
    </message>
    <message>
        <source>Hollow, {value} mm</source>
        <translation>空壳，{value} mm</translation>
    </message>
    <message>
        <source>Hollow…</source>
        <translation>空壳…</translation>
    </message>
    <message>
        <source>How far the heads of the ensemble disagree; no confidence interval</source>
        <translation>集成模型各头之间的分歧程度；不是置信区间</translation>
    </message>
    <message>
        <source>How far the score moved since it was asked for, as the ROI was corrected</source>
        <translation>修正 ROI 后，评分较最初预测的变化</translation>
    </message>
    <message>
        <source>How high it lies was fitted to patients of {cohort}.</source>
        <translation>曲线水平依据 {cohort} 的患者拟合。</translation>
    </message>
    <message>
        <source>How much of the effect</source>
        <translation>效果的程度</translation>
    </message>
    <message>
        <source>How much the selected model weighted each slice; click to go there</source>
        <translation>所选模型对各层面的权重；单击跳转</translation>
    </message>
    <message>
        <source>How shall this series be taken?</source>
        <translation>如何读取此序列？</translation>
    </message>
    <message>
        <source>How sure you are of it</source>
        <translation>您的把握程度</translation>
    </message>
    <message>
        <source>How the views are arranged at the start.</source>
        <translation>启动时视图的排列方式。</translation>
    </message>
    <message>
        <source>How this case is laid out is not saved: {why}</source>
        <translation>此病例的布局未能保存：{why}</translation>
    </message>
    <message>
        <source>How this case was laid out can&apos;t be read ({why}).</source>
        <translation>此病例先前的布局无法读取（{why}）。</translation>
    </message>
    <message>
        <source>How this case was laid out can&apos;t be read ({why}); it is kept as a file.</source>
        <translation>此病例先前的布局无法读取（{why}）；原文件已保留。</translation>
    </message>
    <message>
        <source>In the volume view the scissors cut: choose to erase inside or outside.</source>
        <translation>在三维视图中剪刀只能剪切：请选择擦除内部或外部。</translation>
    </message>
    <message>
        <source>Intersect with a segment</source>
        <translation>与另一分割求交</translation>
    </message>
    <message>
        <source>Intersect with a segment…</source>
        <translation>与另一分割求交…</translation>
    </message>
    <message>
        <source>Intersect with {name}</source>
        <translation>与 {name} 求交</translation>
    </message>
    <message>
        <source>Intersection</source>
        <translation>交集</translation>
    </message>
    <message>
        <source>Invert</source>
        <translation>反相</translation>
    </message>
    <message>
        <source>Invert greys</source>
        <translation>灰度反相</translation>
    </message>
    <message>
        <source>It can&apos;t be changed for this case afterwards</source>
        <translation>提交后此病例不能再更改</translation>
    </message>
    <message>
        <source>It goes to the place that you linked by hand.</source>
        <translation>它将放到您手动联动的位置。</translation>
    </message>
    <message>
        <source>It is being worked out…</source>
        <translation>正在计算…</translation>
    </message>
    <message>
        <source>It is broadly attached: cut off at a sphere. Correct it where it leaves the nodule.</source>
        <translation>结节宽基底附着：已按球面切断。请修正超出结节之处。</translation>
    </message>
    <message>
        <source>It is made as soon as it is worked out.</source>
        <translation>计算完成后即应用。</translation>
    </message>
    <message>
        <source>It is resampled to that series&apos; grid by nearest neighbour ({why}): its outline and volume will differ a little.</source>
        <translation>将以最近邻法重采样到该序列的网格（{why}）：其轮廓和体积会略有差异。</translation>
    </message>
    <message>
        <source>It moved the log odds by {value}.</source>
        <translation>使对数优势改变 {value}。</translation>
    </message>
    <message>
        <source>It was {percent} when it was asked for.</source>
        <translation>请求预测时为 {percent}。</translation>
    </message>
    <message>
        <source>Its map comes with the next prediction.</source>
        <translation>其热图将随下一次预测给出。</translation>
    </message>
    <message>
        <source>Its probability lies above that of {percent} of them.</source>
        <translation>其概率高于其中 {percent} 的患者。</translation>
    </message>
    <message>
        <source>Joint smoothing {value} mm</source>
        <translation>联合平滑 {value} mm</translation>
    </message>
    <message>
        <source>KRAS mutation</source>
        <translation>KRAS 突变</translation>
    </message>
    <message>
        <source>Keep largest island</source>
        <translation>仅保留最大孤岛</translation>
    </message>
    <message>
        <source>Keep largest island…</source>
        <translation>仅保留最大孤岛…</translation>
    </message>
    <message>
        <source>Keep others</source>
        <translation>保留其他</translation>
    </message>
    <message>
        <source>Kept with this reading, and told in the session&apos;s report</source>
        <translation>随本次阅片保存，并写入阅片任务报告</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>快捷键</translation>
    </message>
    <message>
        <source>Keys and mouse</source>
        <translation>快捷键与鼠标</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>语言</translation>
    </message>
    <message>
        <source>Language of menus, panels and notices; the system&apos;s, where it is one of these.</source>
        <translation>菜单、面板和提示的语言；“跟随系统”时，若系统语言在此之列则采用之。</translation>
    </message>
    <message>
        <source>Large cell carcinoma</source>
        <translation>大细胞癌</translation>
    </message>
    <message>
        <source>Larger brush</source>
        <translation>增大画笔</translation>
    </message>
    <message>
        <source>Largest slice</source>
        <translation>最大层面</translation>
    </message>
    <message>
        <source>Lasso</source>
        <translation>套索</translation>
    </message>
    <message>
        <source>Lasso (freehand outline)</source>
        <translation>套索（徒手轮廓）</translation>
    </message>
    <message>
        <source>Last slice</source>
        <translation>最后一层</translation>
    </message>
    <message>
        <source>Layout</source>
        <translation>布局</translation>
    </message>
    <message>
        <source>Leave</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>Leave all the same? What is drawn is kept on this computer, and is back when the session is opened here again. A note or an estimate that was not saved is lost.</source>
        <translation>仍要离开吗？已勾画的内容保存在本机，在本机再次打开该任务时会恢复。未保存的备注或评估将丢失。</translation>
    </message>
    <message>
        <source>Leave the segment as it is</source>
        <translation>分割保持原样</translation>
    </message>
    <message>
        <source>Left</source>
        <translation>左</translation>
    </message>
    <message>
        <source>Left button</source>
        <translation>左键</translation>
    </message>
    <message>
        <source>Left drag</source>
        <translation>左键拖动</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>长度</translation>
    </message>
    <message>
        <source>Lengths, RECIST diameters, angles and HU of a region, from this row: draw with the left button, pull at the handles, Esc puts the tool down. Layouts and a second series to compare are here too.</source>
        <translation>长度、RECIST 径线、角度以及区域的 HU 都在这一行：用左键绘制，拖动控制点调整，Esc 放下工具。布局和用于对照的第二序列也在这里。</translation>
    </message>
    <message>
        <source>Level</source>
        <translation>等值线</translation>
    </message>
    <message>
        <source>Level tracing</source>
        <translation>等值线追踪</translation>
    </message>
    <message>
        <source>Level tracing (what a line of equal density encloses)</source>
        <translation>等值线追踪（等密度线所围区域）</translation>
    </message>
    <message>
        <source>Like the cohort&apos;s cases in {n} of {all} checks</source>
        <translation>{all} 项检查中有 {n} 项与队列病例相似</translation>
    </message>
    <message>
        <source>Link or unlink the compared series</source>
        <translation>联动或解除联动对照序列</translation>
    </message>
    <message>
        <source>Liver window (150 / 90)</source>
        <translation>肝窗（150 / 90）</translation>
    </message>
    <message>
        <source>Livewire</source>
        <translation>智能描边</translation>
    </message>
    <message>
        <source>Livewire (an outline that clings to edges)</source>
        <translation>智能描边（Livewire，贴合边缘的轮廓）</translation>
    </message>
    <message>
        <source>Load ROI</source>
        <translation>载入 ROI</translation>
    </message>
    <message>
        <source>Load ROI: SEG, RTSTRUCT, NIfTI, NRRD or MHA</source>
        <translation>载入 ROI：SEG、RTSTRUCT、NIfTI、NRRD 或 MHA</translation>
    </message>
    <message>
        <source>Load ROI…</source>
        <translation>载入 ROI…</translation>
    </message>
    <message>
        <source>Load the tumour&apos;s outline, or draw it with the brush. Each stroke is kept at once, and undone with Ctrl+Z.</source>
        <translation>载入肿瘤轮廓，或用画笔勾画。每一笔都即时保存，按 Ctrl+Z 撤销。</translation>
    </message>
    <message>
        <source>Loading {name}</source>
        <translation>正在加载 {name}</translation>
    </message>
    <message>
        <source>Load…</source>
        <translation>载入…</translation>
    </message>
    <message>
        <source>Longest axial</source>
        <translation>轴位长径</translation>
    </message>
    <message>
        <source>Longest in 3D</source>
        <translation>三维长径</translation>
    </message>
    <message>
        <source>Looking at the patch</source>
        <translation>正在查看图像块</translation>
    </message>
    <message>
        <source>Looking at the slices</source>
        <translation>正在检查层面</translation>
    </message>
    <message>
        <source>Looking at the volume</source>
        <translation>正在查看容积</translation>
    </message>
    <message>
        <source>Looking for bundles…</source>
        <translation>正在查找模型包…</translation>
    </message>
    <message>
        <source>Looking into {n} files</source>
        <translation>正在检查 {n} 个文件</translation>
    </message>
    <message>
        <source>Loss</source>
        <translation>损失</translation>
    </message>
    <message>
        <source>Low risk</source>
        <translation>低风险</translation>
    </message>
    <message>
        <source>Lung</source>
        <translation>肺</translation>
    </message>
    <message>
        <source>Lung window (1500 / -600)</source>
        <translation>肺窗（1500 / -600）</translation>
    </message>
    <message>
        <source>Lymphovascular invasion</source>
        <translation>淋巴血管侵犯</translation>
    </message>
    <message>
        <source>M stage</source>
        <translation>M 分期</translation>
    </message>
    <message>
        <source>MIP</source>
        <translation>MIP</translation>
    </message>
    <message>
        <source>MIRRORED</source>
        <translation>镜像</translation>
    </message>
    <message>
        <source>Made with another ROI than the one shown: predict again.</source>
        <translation>此结果所用 ROI 与当前显示的不同：请重新预测。</translation>
    </message>
    <message>
        <source>Make the change</source>
        <translation>执行更改</translation>
    </message>
    <message>
        <source>Making the synthetic case</source>
        <translation>正在生成合成病例</translation>
    </message>
    <message>
        <source>Map</source>
        <translation>分布图</translation>
    </message>
    <message>
        <source>Margin</source>
        <translation>外扩</translation>
    </message>
    <message>
        <source>Margin…</source>
        <translation>外扩…</translation>
    </message>
    <message>
        <source>Measure</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Measured on a smoothed image.</source>
        <translation>在平滑后的图像上测量。</translation>
    </message>
    <message>
        <source>Measured on what changes from voxel to voxel along {axes} and slowly along {others}.</source>
        <translation>在沿 {axes} 方向逐体素变化、沿 {others} 方向缓慢变化的成分上测量。</translation>
    </message>
    <message>
        <source>Measured on what changes from voxel to voxel along {axes}.</source>
        <translation>在沿 {axes} 方向逐体素变化的成分上测量。</translation>
    </message>
    <message>
        <source>Measures</source>
        <translation>测量</translation>
    </message>
    <message>
        <source>Measures and layouts</source>
        <translation>测量与布局</translation>
    </message>
    <message>
        <source>Measures are not saved: {why}</source>
        <translation>测量未能保存：{why}</translation>
    </message>
    <message>
        <source>Measuring the ring around it</source>
        <translation>正在测量其周围环带</translation>
    </message>
    <message>
        <source>Measuring the tumour</source>
        <translation>正在测量肿瘤</translation>
    </message>
    <message>
        <source>Median {value} mm</source>
        <translation>中值 {value} mm</translation>
    </message>
    <message>
        <source>MetaImage keeps no names: they come back as label 1, label 2 …</source>
        <translation>MetaImage 不保存名称：再次读取时为 label 1、label 2 …</translation>
    </message>
    <message>
        <source>Middle button</source>
        <translation>中键</translation>
    </message>
    <message>
        <source>Middle or Ctrl + left drag</source>
        <translation>中键，或 Ctrl + 左键拖动</translation>
    </message>
    <message>
        <source>Months</source>
        <translation>月</translation>
    </message>
    <message>
        <source>Most of it lies on this slice, {number}</source>
        <translation>主要位于本层（第 {number} 层）</translation>
    </message>
    <message>
        <source>Mouse in a slice</source>
        <translation>层面上的鼠标操作</translation>
    </message>
    <message>
        <source>Move the segment down</source>
        <translation>下移分割</translation>
    </message>
    <message>
        <source>Move the segment up</source>
        <translation>上移分割</translation>
    </message>
    <message>
        <source>Move {name}</source>
        <translation>移动 {name}</translation>
    </message>
    <message>
        <source>Move {name} down</source>
        <translation>将 {name} 下移</translation>
    </message>
    <message>
        <source>Move {name} up</source>
        <translation>将 {name} 上移</translation>
    </message>
    <message>
        <source>N stage</source>
        <translation>N 分期</translation>
    </message>
    <message>
        <source>Name</source>
        <translation>名称</translation>
    </message>
    <message>
        <source>Navigate</source>
        <translation>浏览</translation>
    </message>
    <message>
        <source>New segment</source>
        <translation>新建分割</translation>
    </message>
    <message>
        <source>Next</source>
        <translation>下一步</translation>
    </message>
    <message>
        <source>Next bundle</source>
        <translation>下一个模型包</translation>
    </message>
    <message>
        <source>Next colours in this view alone</source>
        <translation>仅此视图：下一种伪彩</translation>
    </message>
    <message>
        <source>Next slice</source>
        <translation>下一层</translation>
    </message>
    <message>
        <source>Next status of the segment</source>
        <translation>分割的下一状态</translation>
    </message>
    <message>
        <source>Next view</source>
        <translation>下一个视图</translation>
    </message>
    <message>
        <source>No bundle is installed.</source>
        <translation>未安装模型包。</translation>
    </message>
    <message>
        <source>No case has been finished by both readers yet.</source>
        <translation>尚无两位阅片者均完成的病例。</translation>
    </message>
    <message>
        <source>No case open</source>
        <translation>未打开病例</translation>
    </message>
    <message>
        <source>No patient named</source>
        <translation>未具名患者</translation>
    </message>
    <message>
        <source>No prediction yet.</source>
        <translation>尚无预测。</translation>
    </message>
    <message>
        <source>No series fits the search.</source>
        <translation>没有符合搜索的序列。</translation>
    </message>
    <message>
        <source>No visible segment has a voxel that may change.</source>
        <translation>没有可更改体素的可见分割。</translation>
    </message>
    <message>
        <source>No voxel above is changed</source>
        <translation>高于此值的体素不改动</translation>
    </message>
    <message>
        <source>No voxel below is changed</source>
        <translation>低于此值的体素不改动</translation>
    </message>
    <message>
        <source>Nodule</source>
        <translation>结节</translation>
    </message>
    <message>
        <source>None: end the comparison</source>
        <translation>无：结束对照</translation>
    </message>
    <message>
        <source>Not a medical device. Not for diagnosis or treatment decisions.</source>
        <translation>非医疗器械。不得用于诊断或治疗决策。</translation>
    </message>
    <message>
        <source>Not a medical device; not for diagnosis or treatment decisions.</source>
        <translation>非医疗器械；不得用于诊断或治疗决策。</translation>
    </message>
    <message>
        <source>Not finished by both readers yet</source>
        <translation>两位阅片者尚未均完成</translation>
    </message>
    <message>
        <source>Not known of the cohort: {what}</source>
        <translation>队列未知项：{what}</translation>
    </message>
    <message>
        <source>Not otherwise specified</source>
        <translation>非特指型</translation>
    </message>
    <message>
        <source>Note on this reading</source>
        <translation>此例阅片的备注</translation>
    </message>
    <message>
        <source>Nothing changes: no voxel there is from {low} to {high} HU.</source>
        <translation>没有改动：该处没有 {low} 至 {high} HU 的体素。</translation>
    </message>
    <message>
        <source>Nothing is drawn</source>
        <translation>未作勾画</translation>
    </message>
    <message>
        <source>Nothing is painted: the segments that are there keep their voxels.</source>
        <translation>没有绘制：该处的其他分割保留其体素。</translation>
    </message>
    <message>
        <source>Nothing was opened yet</source>
        <translation>尚未打开过任何内容</translation>
    </message>
    <message>
        <source>Number at risk</source>
        <translation>风险人数</translation>
    </message>
    <message>
        <source>Of another ROI than the one shown: predict again.</source>
        <translation>属于与所示 ROI 不同的另一 ROI：请重新预测。</translation>
    </message>
    <message>
        <source>Of synthetic phantoms: it says nothing about this patient</source>
        <translation>来自合成体模：对此患者没有意义</translation>
    </message>
    <message>
        <source>Of the bundle that comes out</source>
        <translation>生成的模型包名称</translation>
    </message>
    <message>
        <source>Of the primary tumour, at the time of the CT. Subdivisions (T1a to T2b) are taken together.</source>
        <translation>指 CT 检查时的原发肿瘤；亚分期（T1a 至 T2b）合并计算。</translation>
    </message>
    <message>
        <source>Of the region&apos;s outline alone, whatever is inside.</source>
        <translation>仅取决于区域轮廓，与内部无关。</translation>
    </message>
    <message>
        <source>Of the regional lymph nodes.</source>
        <translation>指区域淋巴结。</translation>
    </message>
    <message>
        <source>Of the ring around the tumour.</source>
        <translation>取自肿瘤周围的环。</translation>
    </message>
    <message>
        <source>Of the tumour.</source>
        <translation>取自肿瘤。</translation>
    </message>
    <message>
        <source>Of the values in the region, wherever each lies.</source>
        <translation>取决于区域内的值，与其位置无关。</translation>
    </message>
    <message>
        <source>One of the maps is empty, so the two can&apos;t be compared.</source>
        <translation>其中一幅图为空，无法比较。</translation>
    </message>
    <message>
        <source>One to one (a pixel a voxel)</source>
        <translation>一比一（一像素一体素）</translation>
    </message>
    <message>
        <source>Only a shell under the surface stays</source>
        <translation>只保留表面下的一层壳</translation>
    </message>
    <message>
        <source>Only axial</source>
        <translation>仅轴位</translation>
    </message>
    <message>
        <source>Only coronal</source>
        <translation>仅冠状位</translation>
    </message>
    <message>
        <source>Only sagittal</source>
        <translation>仅矢状位</translation>
    </message>
    <message>
        <source>Only volume</source>
        <translation>仅三维</translation>
    </message>
    <message>
        <source>Only what lies within a margin of another segment</source>
        <translation>只保留另一分割外扩范围以内的部分</translation>
    </message>
    <message>
        <source>Only what spoke for it is drawn, the most of it brightest, however little that is.</source>
        <translation>图中仅显示支持该项的部分，其中最强处最亮，无论其有多小。</translation>
    </message>
    <message>
        <source>Opacity</source>
        <translation>不透明度</translation>
    </message>
    <message>
        <source>Opacity of the fill; the outline stays</source>
        <translation>填充的不透明度；轮廓不变</translation>
    </message>
    <message>
        <source>Opacity of the overlay</source>
        <translation>叠加图的不透明度</translation>
    </message>
    <message>
        <source>Open</source>
        <translation>打开</translation>
    </message>
    <message>
        <source>Open a case to see what the models make of it.</source>
        <translation>打开病例以查看模型的预测。</translation>
    </message>
    <message>
        <source>Open file or ZIP…</source>
        <translation>打开文件或 ZIP…</translation>
    </message>
    <message>
        <source>Open folder</source>
        <translation>打开文件夹</translation>
    </message>
    <message>
        <source>Open folder…</source>
        <translation>打开文件夹…</translation>
    </message>
    <message>
        <source>Open or drop a DICOM folder, a ZIP, or a NIfTI, NRRD or MHA file.</source>
        <translation>打开或拖入 DICOM 文件夹、ZIP，或 NIfTI、NRRD、MHA 文件。</translation>
    </message>
    <message>
        <source>Open recent</source>
        <translation>打开最近</translation>
    </message>
    <message>
        <source>Open the synthetic case</source>
        <translation>打开合成病例</translation>
    </message>
    <message>
        <source>Opening</source>
        <translation>正在打开</translation>
    </message>
    <message>
        <source>Opening reading {number}</source>
        <translation>正在打开第 {number} 例阅片</translation>
    </message>
    <message>
        <source>Opening {value} mm</source>
        <translation>开运算 {value} mm</translation>
    </message>
    <message>
        <source>Other reader&apos;s</source>
        <translation>另一阅片者的 ROI</translation>
    </message>
    <message>
        <source>Other: 1 mm</source>
        <translation>对照：1 mm</translation>
    </message>
    <message>
        <source>Other: Dice</source>
        <translation>对照：Dice</translation>
    </message>
    <message>
        <source>Other: HD95</source>
        <translation>对照：HD95</translation>
    </message>
    <message>
        <source>Other…</source>
        <translation>其他…</translation>
    </message>
    <message>
        <source>Out of fold its AUC was {value} ({low} to {high}).</source>
        <translation>折外 AUC 为 {value}（{low} 至 {high}）。</translation>
    </message>
    <message>
        <source>Overlap others</source>
        <translation>与其他分割重叠</translation>
    </message>
    <message>
        <source>Overwrite others</source>
        <translation>覆盖其他分割</translation>
    </message>
    <message>
        <source>PD-L1 expression</source>
        <translation>PD-L1 表达</translation>
    </message>
    <message>
        <source>PIK3CA mutation</source>
        <translation>PIK3CA 突变</translation>
    </message>
    <message>
        <source>Paint</source>
        <translation>绘制</translation>
    </message>
    <message>
        <source>Paint a ball instead of a disc</source>
        <translation>用球形而非圆形画笔</translation>
    </message>
    <message>
        <source>Paint adaptively</source>
        <translation>自适应绘制</translation>
    </message>
    <message>
        <source>Patient not shown</source>
        <translation>患者信息已隐藏</translation>
    </message>
    <message>
        <source>Patient&apos;s name</source>
        <translation>患者姓名</translation>
    </message>
    <message>
        <source>Perpendicular</source>
        <translation>垂直短径</translation>
    </message>
    <message>
        <source>Places are right; values between the pixels and slices are interpolated.</source>
        <translation>位置正确；像素和层面之间的数值为插值所得。</translation>
    </message>
    <message>
        <source>Pleural invasion</source>
        <translation>胸膜侵犯</translation>
    </message>
    <message>
        <source>Polygon</source>
        <translation>多边形</translation>
    </message>
    <message>
        <source>Polyline</source>
        <translation>折线</translation>
    </message>
    <message>
        <source>Predict</source>
        <translation>预测</translation>
    </message>
    <message>
        <source>Predict asks every installed system. A card tells its score, for whom it was fitted, and when not to trust it.</source>
        <translation>“预测”会询问每个已安装的系统。卡片给出评分、适用人群，以及何时不可信。</translation>
    </message>
    <message>
        <source>Predict on this series?</source>
        <translation>对此序列进行预测？</translation>
    </message>
    <message>
        <source>Predict with the crop centred anew</source>
        <translation>重新居中裁剪后预测</translation>
    </message>
    <message>
        <source>Predicted</source>
        <translation>已预测</translation>
    </message>
    <message>
        <source>Predicting</source>
        <translation>正在预测</translation>
    </message>
    <message>
        <source>Predicting…</source>
        <translation>正在预测…</translation>
    </message>
    <message>
        <source>Preparing slices</source>
        <translation>正在准备层面</translation>
    </message>
    <message>
        <source>Preparing the views</source>
        <translation>正在准备视图</translation>
    </message>
    <message>
        <source>Present</source>
        <translation>全屏展示</translation>
    </message>
    <message>
        <source>Preview</source>
        <translation>预览</translation>
    </message>
    <message>
        <source>Previous slice</source>
        <translation>上一层</translation>
    </message>
    <message>
        <source>Previous view</source>
        <translation>上一个视图</translation>
    </message>
    <message>
        <source>Probability</source>
        <translation>概率</translation>
    </message>
    <message>
        <source>Prognosis</source>
        <translation>预后</translation>
    </message>
    <message>
        <source>Propose a nodule from a click</source>
        <translation>单击建议结节轮廓</translation>
    </message>
    <message>
        <source>Put back what was cut off</source>
        <translation>恢复被裁切的部分</translation>
    </message>
    <message>
        <source>Put it on the image&apos;s grid by nearest neighbour? Its outline and volume will then differ a little.</source>
        <translation>是否用最近邻法将其放到图像网格上？轮廓和体积会略有变化。</translation>
    </message>
    <message>
        <source>Put the segment on the other series, as a segment of its own</source>
        <translation>将此分割作为独立分割放到另一序列上</translation>
    </message>
    <message>
        <source>Quit</source>
        <translation>退出</translation>
    </message>
    <message>
        <source>RECIST</source>
        <translation>RECIST</translation>
    </message>
    <message>
        <source>RECIST diameters</source>
        <translation>RECIST 径线</translation>
    </message>
    <message>
        <source>RESEARCH USE ONLY</source>
        <translation>仅供科研使用</translation>
    </message>
    <message>
        <source>ROI</source>
        <translation>感兴趣区</translation>
    </message>
    <message>
        <source>ROS1 rearrangement</source>
        <translation>ROS1 重排</translation>
    </message>
    <message>
        <source>RadScore: {scores}</source>
        <translation>RadScore：{scores}</translation>
    </message>
    <message>
        <source>Radius</source>
        <translation>半径</translation>
    </message>
    <message>
        <source>Range</source>
        <translation>范围</translation>
    </message>
    <message>
        <source>Rank correlation of the two maps: &lt;b&gt;{rho}&lt;/b&gt;.</source>
        <translation>两幅图的秩相关：&lt;b&gt;{rho}&lt;/b&gt;。</translation>
    </message>
    <message>
        <source>Reading both drawings</source>
        <translation>正在读取两份勾画</translation>
    </message>
    <message>
        <source>Reading is done, next</source>
        <translation>此例完成，下一例</translation>
    </message>
    <message>
        <source>Reading session</source>
        <translation>阅片任务</translation>
    </message>
    <message>
        <source>Reading session (session.json);;All files (*)</source>
        <translation>阅片任务 (session.json);;所有文件 (*)</translation>
    </message>
    <message>
        <source>Reading session…</source>
        <translation>阅片任务…</translation>
    </message>
    <message>
        <source>Reading slices</source>
        <translation>正在读取层面</translation>
    </message>
    <message>
        <source>Reading the ROI</source>
        <translation>正在读取 ROI</translation>
    </message>
    <message>
        <source>Reading the series</source>
        <translation>正在读取序列</translation>
    </message>
    <message>
        <source>Reading the series to compare</source>
        <translation>正在读取对照序列</translation>
    </message>
    <message>
        <source>Reading the session</source>
        <translation>正在读取阅片任务</translation>
    </message>
    <message>
        <source>Reading the volume</source>
        <translation>正在读取容积</translation>
    </message>
    <message>
        <source>Reading {name}</source>
        <translation>正在读取 {name}</translation>
    </message>
    <message>
        <source>Reading {number}</source>
        <translation>第 {number} 例阅片</translation>
    </message>
    <message>
        <source>Reading {number} of {count}</source>
        <translation>第 {number} / {count} 例阅片</translation>
    </message>
    <message>
        <source>Reads only where the ROI lies: its outline does not move this score.</source>
        <translation>只读取 ROI 的位置：其轮廓不会改变此评分。</translation>
    </message>
    <message>
        <source>Recent cases and the index of looked-into folders are forgotten.</source>
        <translation>已清除最近病例和文件夹索引。</translation>
    </message>
    <message>
        <source>Rectangle</source>
        <translation>矩形</translation>
    </message>
    <message>
        <source>Redo</source>
        <translation>重做</translation>
    </message>
    <message>
        <source>Regions ({endings});;All files (*)</source>
        <translation>感兴趣区 ({endings});;所有文件 (*)</translation>
    </message>
    <message>
        <source>Remove islands under {value} mm³</source>
        <translation>去除小于 {value} mm³ 的孤岛</translation>
    </message>
    <message>
        <source>Remove small islands</source>
        <translation>去除小孤岛</translation>
    </message>
    <message>
        <source>Remove small islands…</source>
        <translation>去除小孤岛…</translation>
    </message>
    <message>
        <source>Remove {name}</source>
        <translation>移除 {name}</translation>
    </message>
    <message>
        <source>Removes all pieces but one</source>
        <translation>只保留一块，其余去除</translation>
    </message>
    <message>
        <source>Removes pieces under a volume</source>
        <translation>去除小于某体积的碎块</translation>
    </message>
    <message>
        <source>Rename {name}</source>
        <translation>重命名 {name}</translation>
    </message>
    <message>
        <source>Renew scores while drawing</source>
        <translation>勾画时更新评分</translation>
    </message>
    <message>
        <source>Renew the scores at each stroke on the ROI</source>
        <translation>ROI 每改一笔即更新评分</translation>
    </message>
    <message>
        <source>Report</source>
        <translation>报告</translation>
    </message>
    <message>
        <source>Report…</source>
        <translation>报告…</translation>
    </message>
    <message>
        <source>Resample it onto a straight, even grid</source>
        <translation>重采样为规则、等距的网格</translation>
    </message>
    <message>
        <source>Resampling</source>
        <translation>正在重采样</translation>
    </message>
    <message>
        <source>Research use only.</source>
        <translation>仅供科研使用。</translation>
    </message>
    <message>
        <source>Reset</source>
        <translation>重置</translation>
    </message>
    <message>
        <source>Reset planes</source>
        <translation>重置切面</translation>
    </message>
    <message>
        <source>Reset views</source>
        <translation>重置视图</translation>
    </message>
    <message>
        <source>Right</source>
        <translation>右</translation>
    </message>
    <message>
        <source>Right button</source>
        <translation>右键</translation>
    </message>
    <message>
        <source>Right drag, Ctrl + wheel</source>
        <translation>右键拖动，Ctrl + 滚轮</translation>
    </message>
    <message>
        <source>Riskier than {percent} % in the reference cohort</source>
        <translation>风险高于参考队列的 {percent} %</translation>
    </message>
    <message>
        <source>Riskier than {percent} % of {n} cases in the reference cohort</source>
        <translation>风险高于参考队列 {n} 例中的 {percent} %</translation>
    </message>
    <message>
        <source>SD &lt;b&gt;{sd}&lt;/b&gt;, largest change &lt;b&gt;{most}&lt;/b&gt;, in standard deviations of the reference cohort&apos;s scores ({cohort}).</source>
        <translation>标准差 &lt;b&gt;{sd}&lt;/b&gt;，最大变化 &lt;b&gt;{most}&lt;/b&gt;，以参考队列评分的标准差（{cohort}）为单位。</translation>
    </message>
    <message>
        <source>Sagittal</source>
        <translation>矢状位</translation>
    </message>
    <message>
        <source>Save ROI</source>
        <translation>保存 ROI</translation>
    </message>
    <message>
        <source>Save ROI: SEG, RTSTRUCT, NIfTI, NRRD or MHA</source>
        <translation>保存 ROI：SEG、RTSTRUCT、NIfTI、NRRD 或 MHA</translation>
    </message>
    <message>
        <source>Save ROI…</source>
        <translation>保存 ROI…</translation>
    </message>
    <message>
        <source>Save and close the session; it goes on here when it is opened again</source>
        <translation>保存并关闭任务；再次打开时从此处继续</translation>
    </message>
    <message>
        <source>Save as CSV</source>
        <translation>保存为 CSV</translation>
    </message>
    <message>
        <source>Save as a DICOM structured report (TID 1500)</source>
        <translation>保存为 DICOM 结构化报告（TID 1500）</translation>
    </message>
    <message>
        <source>Save as finished, and go to the next</source>
        <translation>保存为已完成，并转到下一例</translation>
    </message>
    <message>
        <source>Save as it is, and go to the next reading</source>
        <translation>按现状保存，并转到下一例</translation>
    </message>
    <message>
        <source>Save as it is, and go to the reading before</source>
        <translation>按现状保存，并转到上一例</translation>
    </message>
    <message>
        <source>Save measures</source>
        <translation>保存测量</translation>
    </message>
    <message>
        <source>Save measures as DICOM SR…</source>
        <translation>将测量保存为 DICOM SR…</translation>
    </message>
    <message>
        <source>Save measures as a table…</source>
        <translation>将测量保存为表格…</translation>
    </message>
    <message>
        <source>Save picture</source>
        <translation>保存截图</translation>
    </message>
    <message>
        <source>Save picture of the window…</source>
        <translation>保存窗口截图…</translation>
    </message>
    <message>
        <source>Save to come back to, and go to the next</source>
        <translation>保存待复查，并转到下一例</translation>
    </message>
    <message>
        <source>Saved {name}</source>
        <translation>已保存 {name}</translation>
    </message>
    <message>
        <source>Saved {path}</source>
        <translation>已保存 {path}</translation>
    </message>
    <message>
        <source>Save…</source>
        <translation>保存…</translation>
    </message>
    <message>
        <source>Saving reading {number}</source>
        <translation>正在保存第 {number} 例阅片</translation>
    </message>
    <message>
        <source>Scanning</source>
        <translation>正在扫描</translation>
    </message>
    <message>
        <source>Scissors</source>
        <translation>剪刀</translation>
    </message>
    <message>
        <source>Scissors (cut in this slice or through the volume)</source>
        <translation>剪刀（在本层面或贯穿容积剪切）</translation>
    </message>
    <message>
        <source>Scissors in 3D</source>
        <translation>三维剪刀</translation>
    </message>
    <message>
        <source>Scoring again, {value} voxel along {axis}</source>
        <translation>重新评分：沿 {axis} 移动 {value} 个体素</translation>
    </message>
    <message>
        <source>Scroll both to the same place and link them again: Ctrl+L.</source>
        <translation>将两者翻到同一位置后重新联动：Ctrl+L。</translation>
    </message>
    <message>
        <source>Scroll through the slices (wheel, arrow keys)</source>
        <translation>翻阅层面（滚轮、方向键）</translation>
    </message>
    <message>
        <source>Search name, ID, date, description, anomaly</source>
        <translation>搜索姓名、ID、日期、描述、异常</translation>
    </message>
    <message>
        <source>Searching {name}</source>
        <translation>正在搜索 {name}</translation>
    </message>
    <message>
        <source>Segment</source>
        <translation>分割</translation>
    </message>
    <message>
        <source>Segments may share voxels</source>
        <translation>各分割可共用体素</translation>
    </message>
    <message>
        <source>Segments, tools, undo and files of series {series}</source>
        <translation>分割、工具、撤销和文件均属序列 {series}</translation>
    </message>
    <message>
        <source>Settings</source>
        <translation>设置</translation>
    </message>
    <message>
        <source>Settings…</source>
        <translation>设置…</translation>
    </message>
    <message>
        <source>Settle</source>
        <translation>裁定</translation>
    </message>
    <message>
        <source>Sex</source>
        <translation>性别</translation>
    </message>
    <message>
        <source>Shift of the preset: {hu} HU</source>
        <translation>预设偏移：{hu} HU</translation>
    </message>
    <message>
        <source>Show ROI</source>
        <translation>显示 ROI</translation>
    </message>
    <message>
        <source>Show only series that hold what is typed</source>
        <translation>只显示包含所输入内容的序列</translation>
    </message>
    <message>
        <source>Show or hide</source>
        <translation>显示或隐藏</translation>
    </message>
    <message>
        <source>Show outlines and map of the two readers</source>
        <translation>显示两位阅片者的轮廓和差异分布图</translation>
    </message>
    <message>
        <source>Show the ring of {mm} mm around the ROI</source>
        <translation>显示 ROI 周围 {mm} mm 的环</translation>
    </message>
    <message>
        <source>Show what the network saw</source>
        <translation>显示网络所见</translation>
    </message>
    <message>
        <source>Show what the score rests on</source>
        <translation>显示评分依据</translation>
    </message>
    <message>
        <source>Shrink {value} mm</source>
        <translation>内缩 {value} mm</translation>
    </message>
    <message>
        <source>Sigma</source>
        <translation>标准差</translation>
    </message>
    <message>
        <source>Size</source>
        <translation>大小</translation>
    </message>
    <message>
        <source>Size of the text of menus, panels and tables.</source>
        <translation>菜单、面板和表格的文字大小。</translation>
    </message>
    <message>
        <source>Skin</source>
        <translation>皮肤</translation>
    </message>
    <message>
        <source>Slab</source>
        <translation>厚层</translation>
    </message>
    <message>
        <source>Slab: maximum (MIP)</source>
        <translation>厚层：最大密度（MIP）</translation>
    </message>
    <message>
        <source>Slab: mean</source>
        <translation>厚层：平均</translation>
    </message>
    <message>
        <source>Slab: minimum (MinIP)</source>
        <translation>厚层：最小密度（MinIP）</translation>
    </message>
    <message>
        <source>Slice attention + DeepHit</source>
        <translation>层面注意力 + DeepHit</translation>
    </message>
    <message>
        <source>Slice {number}: {share} % of the attention</source>
        <translation>第 {number} 层：占注意力的 {share} %</translation>
    </message>
    <message>
        <source>Slices a second of the film.</source>
        <translation>电影每秒播放的层数。</translation>
    </message>
    <message>
        <source>Slower film</source>
        <translation>电影减慢</translation>
    </message>
    <message>
        <source>Smaller brush</source>
        <translation>减小画笔</translation>
    </message>
    <message>
        <source>Smooth: all visible together</source>
        <translation>平滑：所有可见分割一起</translation>
    </message>
    <message>
        <source>Smooth: all visible together…</source>
        <translation>平滑：所有可见分割一起…</translation>
    </message>
    <message>
        <source>Smooth: closing</source>
        <translation>平滑：闭运算</translation>
    </message>
    <message>
        <source>Smooth: closing…</source>
        <translation>平滑：闭运算…</translation>
    </message>
    <message>
        <source>Smooth: median</source>
        <translation>平滑：中值</translation>
    </message>
    <message>
        <source>Smooth: median…</source>
        <translation>平滑：中值…</translation>
    </message>
    <message>
        <source>Smooth: opening</source>
        <translation>平滑：开运算</translation>
    </message>
    <message>
        <source>Smooth: opening…</source>
        <translation>平滑：开运算…</translation>
    </message>
    <message>
        <source>Soft tissue</source>
        <translation>软组织</translation>
    </message>
    <message>
        <source>Soft tissue window (400 / 40)</source>
        <translation>软组织窗（400 / 40）</translation>
    </message>
    <message>
        <source>SpacingBetweenSlices is {value} mm; the slices&apos; positions are used instead</source>
        <translation>SpacingBetweenSlices 为 {value} mm；改用各层面的位置</translation>
    </message>
    <message>
        <source>Sphericity</source>
        <translation>球形度</translation>
    </message>
    <message>
        <source>Split islands</source>
        <translation>拆分孤岛</translation>
    </message>
    <message>
        <source>Split islands into segments</source>
        <translation>将孤岛拆为多个分割</translation>
    </message>
    <message>
        <source>Split it into parts that stack</source>
        <translation>拆分为可堆叠的部分</translation>
    </message>
    <message>
        <source>Squamous cell carcinoma</source>
        <translation>鳞状细胞癌</translation>
    </message>
    <message>
        <source>Start</source>
        <translation>开始</translation>
    </message>
    <message>
        <source>Starting the models</source>
        <translation>正在启动模型</translation>
    </message>
    <message>
        <source>Status of {name}: {what}</source>
        <translation>{name} 的状态：{what}</translation>
    </message>
    <message>
        <source>Status: {status}. Click for another</source>
        <translation>状态：{status}。点击以更改</translation>
    </message>
    <message>
        <source>Still looking into the files</source>
        <translation>仍在读取文件</translation>
    </message>
    <message>
        <source>Stop what runs</source>
        <translation>停止正在运行的任务</translation>
    </message>
    <message>
        <source>Studies</source>
        <translation>检查</translation>
    </message>
    <message>
        <source>Subtract a segment</source>
        <translation>减去另一分割</translation>
    </message>
    <message>
        <source>Subtract a segment…</source>
        <translation>减去另一分割…</translation>
    </message>
    <message>
        <source>Subtract {name}</source>
        <translation>减去 {name}</translation>
    </message>
    <message>
        <source>Surface</source>
        <translation>表面积</translation>
    </message>
    <message>
        <source>Survival of this patient, as the model sees it</source>
        <translation>模型预测的该患者生存曲线</translation>
    </message>
    <message>
        <source>Survival prognosis from CT</source>
        <translation>基于 CT 的生存预后</translation>
    </message>
    <message>
        <source>Survival prognosis from CT.</source>
        <translation>基于 CT 的生存预后。</translation>
    </message>
    <message>
        <source>Survival, %</source>
        <translation>生存率，%</translation>
    </message>
    <message>
        <source>Synthetic case</source>
        <translation>合成病例</translation>
    </message>
    <message>
        <source>Synthetic case, no patient</source>
        <translation>合成病例，无患者</translation>
    </message>
    <message>
        <source>T stage</source>
        <translation>T 分期</translation>
    </message>
    <message>
        <source>TP53 mutation</source>
        <translation>TP53 突变</translation>
    </message>
    <message>
        <source>Table…</source>
        <translation>表格…</translation>
    </message>
    <message>
        <source>Take back the outline&apos;s last corner</source>
        <translation>撤回轮廓的最后一个顶点</translation>
    </message>
    <message>
        <source>Take it as it is</source>
        <translation>按原样读取</translation>
    </message>
    <message>
        <source>Take one of them, or draw; then Done.</source>
        <translation>采用其中之一，或自行勾画；然后点“完成”。</translation>
    </message>
    <message>
        <source>Take what at least one of them marked</source>
        <translation>采用至少一人标注的区域</translation>
    </message>
    <message>
        <source>Take what both marked</source>
        <translation>采用两人均标注的区域</translation>
    </message>
    <message>
        <source>Take what this reader drew</source>
        <translation>采用该阅片者的勾画</translation>
    </message>
    <message>
        <source>Take what {name} drew</source>
        <translation>采用 {name} 的勾画</translation>
    </message>
    <message>
        <source>Take {name}</source>
        <translation>采用 {name}</translation>
    </message>
    <message>
        <source>Takes away spurs and bridges thinner than twice the radius</source>
        <translation>去除细于半径两倍的毛刺和桥接</translation>
    </message>
    <message>
        <source>Ten slices back</source>
        <translation>后退十层</translation>
    </message>
    <message>
        <source>Ten slices on</source>
        <translation>前进十层</translation>
    </message>
    <message>
        <source>Text in the corners</source>
        <translation>四角文字</translation>
    </message>
    <message>
        <source>That is not told from chance: this bar says nothing.</source>
        <translation>与随机无法区分：该条形不说明任何问题。</translation>
    </message>
    <message>
        <source>The axial slice with most voxels that only one reader marked</source>
        <translation>仅一人标注的体素最多的轴位层面</translation>
    </message>
    <message>
        <source>The band around the ROI whose texture the model reads besides</source>
        <translation>ROI 周围的环带，模型亦读取其纹理</translation>
    </message>
    <message>
        <source>The click is outside the image.</source>
        <translation>所点位置在图像之外。</translation>
    </message>
    <message>
        <source>The cut-off was chosen on these same cases: p and hazard ratio are optimistic.</source>
        <translation>截断值由同一批病例选定：p 值和风险比偏乐观。</translation>
    </message>
    <message>
        <source>The file holds several regions:</source>
        <translation>文件中有多个区域：</translation>
    </message>
    <message>
        <source>The image of reading {number} is not the one that the session was made with.</source>
        <translation>第 {number} 例阅片的图像与创建任务时的不同。</translation>
    </message>
    <message>
        <source>The inference process ended unexpectedly (status {status}); {after}.</source>
        <translation>推理进程意外结束（状态 {status}）；{after}。</translation>
    </message>
    <message>
        <source>The line of equal density under the pointer: a click paints what it encloses, Ctrl erases.</source>
        <translation>指针下的等密度线：点击绘制其所围区域，按 Ctrl 擦除。</translation>
    </message>
    <message>
        <source>The map beside that of a network that learnt nothing, and the score again with everything one voxel further</source>
        <translation>将显著性图与未经学习的网络的图并列，并在整体移动一个体素后重新评分</translation>
    </message>
    <message>
        <source>The map ends {left} mm to the left and {back} mm to the back before the network&apos;s patch does: its pooling leaves that edge out, so nothing can be traced there.</source>
        <translation>热图在网络所见图块的左缘前 {left} mm、后缘前 {back} mm 处结束：网络的池化舍去了该边缘，无法追溯到那里。</translation>
    </message>
    <message>
        <source>The map of this answer is still to come.</source>
        <translation>该结果的热图尚未生成。</translation>
    </message>
    <message>
        <source>The models have answered.</source>
        <translation>模型已给出结果。</translation>
    </message>
    <message>
        <source>The models of the folds disagree: the probability between them is no answer.</source>
        <translation>各折模型彼此不一致：其间的概率不能作为回答。</translation>
    </message>
    <message>
        <source>The outline is dropped: {why}</source>
        <translation>轮廓已放弃：{why}</translation>
    </message>
    <message>
        <source>The outline is on slice {number} of the {plane} plane: close it there or drop it.</source>
        <translation>轮廓位于{plane}面第 {number} 层：请在该处闭合或放弃它。</translation>
    </message>
    <message>
        <source>The patch of the tumour&apos;s largest slice, as the network sees it, as a whole.</source>
        <translation>肿瘤最大层面的图块整体，如网络所见。</translation>
    </message>
    <message>
        <source>The reading session is closed; all of it is saved.</source>
        <translation>阅片任务已关闭；全部内容已保存。</translation>
    </message>
    <message>
        <source>The region of interest</source>
        <translation>感兴趣区</translation>
    </message>
    <message>
        <source>The same, of a network that learnt nothing</source>
        <translation>同上，来自未经学习的网络</translation>
    </message>
    <message>
        <source>The score if the ROI were grown or shrunk by so many mm all around</source>
        <translation>ROI 整体外扩或内缩若干毫米时的评分</translation>
    </message>
    <message>
        <source>The series do not share a frame of reference, so nothing says which places correspond. Unlink (Ctrl+L), scroll both to the same place, and link them again.</source>
        <translation>两个序列不共用参考坐标系，无法得知哪些位置相互对应。请解除联动（Ctrl+L），将两者翻到同一位置后重新联动。</translation>
    </message>
    <message>
        <source>The series share no frame of reference: their middles are laid upon each other, so it may well lie beside the tumour.</source>
        <translation>两个序列不共用参考坐标系：目前以各自中心对齐，因此它可能偏离肿瘤。</translation>
    </message>
    <message>
        <source>The settings can&apos;t be read ({why}); the shipped ones hold.</source>
        <translation>无法读取设置（{why}）；采用出厂设置。</translation>
    </message>
    <message>
        <source>The slice on which most of the map lies</source>
        <translation>热图主要所在的层面</translation>
    </message>
    <message>
        <source>The slices that the selected model weighted most; click to go there</source>
        <translation>所选模型权重最高的层面；单击跳转</translation>
    </message>
    <message>
        <source>The views</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>The voxel that was clicked is outside the range of HU.</source>
        <translation>所点体素不在 HU 范围内。</translation>
    </message>
    <message>
        <source>The wheel scrolls, dragging sets the window, a click places the crosshair in all planes. The middle button pans, the right one zooms. A double click fills the viewer with one view, and back.</source>
        <translation>滚轮翻层，拖动调窗，单击在各平面放置十字线。中键平移，右键缩放。双击使一个视图占满，再双击恢复。</translation>
    </message>
    <message>
        <source>Theme</source>
        <translation>主题</translation>
    </message>
    <message>
        <source>There is a segment called {name} already.</source>
        <translation>已有名为 {name} 的分割。</translation>
    </message>
    <message>
        <source>There is no further slice to copy to.</source>
        <translation>没有更多层可供复制。</translation>
    </message>
    <message>
        <source>There is no other segment.</source>
        <translation>没有其他分割。</translation>
    </message>
    <message>
        <source>There is no segment called {name}, which is what this session is about.</source>
        <translation>没有名为 {name} 的分割，而此任务针对的正是它。</translation>
    </message>
    <message>
        <source>There is no segment to copy.</source>
        <translation>没有可复制的分割。</translation>
    </message>
    <message>
        <source>There is no segment to cut.</source>
        <translation>没有可剪切的分割。</translation>
    </message>
    <message>
        <source>There is no series in this folder.</source>
        <translation>此文件夹中没有序列。</translation>
    </message>
    <message>
        <source>There is no usable bundle.</source>
        <translation>没有可用的模型包。</translation>
    </message>
    <message>
        <source>There is nothing to split.</source>
        <translation>没有可拆分的内容。</translation>
    </message>
    <message>
        <source>There is one reader only: nothing is to be settled.</source>
        <translation>只有一位阅片者：无需裁定。</translation>
    </message>
    <message>
        <source>They are much alike: the map shows the image and where the network may look, not what it learnt.</source>
        <translation>两者非常相似：图反映的是图像本身和网络可看的位置，而非其所学。</translation>
    </message>
    <message>
        <source>They are partly alike: a part of the map shows the image, not what the network learnt.</source>
        <translation>两者部分相似：图的一部分反映的是图像本身，而非网络所学。</translation>
    </message>
    <message>
        <source>They differ: the map hangs on what the network learnt. That does not make it right.</source>
        <translation>两者不同：图取决于网络所学。但这并不说明它正确。</translation>
    </message>
    <message>
        <source>Thicker slab</source>
        <translation>增加层厚</translation>
    </message>
    <message>
        <source>Thickness</source>
        <translation>厚度</translation>
    </message>
    <message>
        <source>Thickness with which a slab begins.</source>
        <translation>厚层的初始厚度。</translation>
    </message>
    <message>
        <source>Thinner slab</source>
        <translation>减小层厚</translation>
    </message>
    <message>
        <source>This holds from the next start on.</source>
        <translation>此设置下次启动后生效。</translation>
    </message>
    <message>
        <source>This is the same image again: draw on the one on the left.</source>
        <translation>这是同一图像：请在左侧图像上勾画。</translation>
    </message>
    <message>
        <source>This plane is oblique, and this tool draws on slices: take the 3D brush or reset the planes.</source>
        <translation>当前为斜切面，此工具只能在序列层面上勾画：请改用三维画笔或重置切面。</translation>
    </message>
    <message>
        <source>This reading can&apos;t be saved</source>
        <translation>无法保存此例阅片</translation>
    </message>
    <message>
        <source>This reading has no ROI</source>
        <translation>此次阅片没有 ROI</translation>
    </message>
    <message>
        <source>This score was made with another ROI than the one shown: predict again.</source>
        <translation>此评分所用 ROI 与当前显示的不同：请重新预测。</translation>
    </message>
    <message>
        <source>This segment and another grow from what is drawn until they meet at an edge</source>
        <translation>本分割与另一分割从已绘部分生长，直到在边缘相遇</translation>
    </message>
    <message>
        <source>This series</source>
        <translation>此序列</translation>
    </message>
    <message>
        <source>This session asks for your own estimate first.</source>
        <translation>此任务要求先作出您自己的评估。</translation>
    </message>
    <message>
        <source>This session is blind to the models.</source>
        <translation>此任务对模型设盲。</translation>
    </message>
    <message>
        <source>This session is blind: no other drawing is shown.</source>
        <translation>此任务为盲法：不显示其他勾画。</translation>
    </message>
    <message>
        <source>This slice</source>
        <translation>本层面</translation>
    </message>
    <message>
        <source>This step is not on the disk: {why}</source>
        <translation>此步骤未写入磁盘：{why}</translation>
    </message>
    <message>
        <source>This step is not safe from a power cut: {why}</source>
        <translation>此步骤在断电时可能丢失：{why}</translation>
    </message>
    <message>
        <source>This view shows several slices as one: what you draw lands on the middle one.</source>
        <translation>此视图将多层合为一幅：所绘内容只落在中间一层。</translation>
    </message>
    <message>
        <source>Threshold</source>
        <translation>阈值</translation>
    </message>
    <message>
        <source>Through the volume</source>
        <translation>贯穿容积</translation>
    </message>
    <message>
        <source>Through the volume cuts along the view, in all slices alike</source>
        <translation>贯穿容积：沿视线方向在所有层面同样剪切</translation>
    </message>
    <message>
        <source>Tour</source>
        <translation>导览</translation>
    </message>
    <message>
        <source>Tracing the answer back</source>
        <translation>正在追溯结果依据</translation>
    </message>
    <message>
        <source>Tracing the score back</source>
        <translation>正在追溯评分依据</translation>
    </message>
    <message>
        <source>Train — research use only</source>
        <translation>训练 — 仅供科研使用</translation>
    </message>
    <message>
        <source>Train…</source>
        <translation>训练…</translation>
    </message>
    <message>
        <source>Turn anticlockwise</source>
        <translation>逆时针旋转</translation>
    </message>
    <message>
        <source>Turn clockwise</source>
        <translation>顺时针旋转</translation>
    </message>
    <message>
        <source>Turn the other planes anticlockwise</source>
        <translation>逆时针转动其他平面</translation>
    </message>
    <message>
        <source>Turn the other planes clockwise</source>
        <translation>顺时针转动其他平面</translation>
    </message>
    <message>
        <source>Undated</source>
        <translation>无日期</translation>
    </message>
    <message>
        <source>Under</source>
        <translation>小于</translation>
    </message>
    <message>
        <source>Undo</source>
        <translation>撤销</translation>
    </message>
    <message>
        <source>Unfinished measure</source>
        <translation>未完成的测量</translation>
    </message>
    <message>
        <source>Union</source>
        <translation>并集</translation>
    </message>
    <message>
        <source>Unnamed patient</source>
        <translation>未具名患者</translation>
    </message>
    <message>
        <source>Usual</source>
        <translation>通常</translation>
    </message>
    <message>
        <source>Values are untouched; distances, volumes and predictions may be wrong.</source>
        <translation>数值不变；距离、体积和预测可能有误。</translation>
    </message>
    <message>
        <source>Vessels</source>
        <translation>血管</translation>
    </message>
    <message>
        <source>View</source>
        <translation>视图</translation>
    </message>
    <message>
        <source>Volume</source>
        <translation>体积</translation>
    </message>
    <message>
        <source>Volume</source>
        <comment>the view in 3D</comment>
        <translation>三维</translation>
    </message>
    <message>
        <source>Volume: MIP</source>
        <translation>三维：MIP</translation>
    </message>
    <message>
        <source>Volume: bone</source>
        <translation>三维：骨</translation>
    </message>
    <message>
        <source>Volume: chest</source>
        <translation>三维：胸部</translation>
    </message>
    <message>
        <source>Volume: lung</source>
        <translation>三维：肺</translation>
    </message>
    <message>
        <source>Volume: skin</source>
        <translation>三维：皮肤</translation>
    </message>
    <message>
        <source>Volume: soft tissue</source>
        <translation>三维：软组织</translation>
    </message>
    <message>
        <source>Volume: vessels</source>
        <translation>三维：血管</translation>
    </message>
    <message>
        <source>Welcome to CTProg</source>
        <translation>欢迎使用 CTProg</translation>
    </message>
    <message>
        <source>What becomes of the segment inside and outside the drawn line</source>
        <translation>所画线内外的分割如何处理</translation>
    </message>
    <message>
        <source>What can be done with the chosen segment; it is shown before it is done</source>
        <translation>可对所选分割执行的操作；执行前先预览</translation>
    </message>
    <message>
        <source>What dragging with the left button does while no tool is in the hand.</source>
        <translation>未选用工具时，左键拖动的作用。</translation>
    </message>
    <message>
        <source>What dragging with the middle button does.</source>
        <translation>中键拖动的作用。</translation>
    </message>
    <message>
        <source>What dragging with the right button does.</source>
        <translation>右键拖动的作用。</translation>
    </message>
    <message>
        <source>What each moved the logarithm of the cumulative hazard to the horizon,
against the average patient of the training set. Right: worse.</source>
        <translation>各因素对截至时间范围的累积风险对数的影响，
以训练集平均患者为基准。向右：更差。</translation>
    </message>
    <message>
        <source>What has no room here</source>
        <translation>此处放不下的按钮</translation>
    </message>
    <message>
        <source>What is done stays closed</source>
        <translation>已完成的保持关闭</translation>
    </message>
    <message>
        <source>What is drawn leaves other segments as they are</source>
        <translation>所绘内容不改变其他分割</translation>
    </message>
    <message>
        <source>What is drawn takes voxels from other segments</source>
        <translation>所绘内容占用其他分割的体素</translation>
    </message>
    <message>
        <source>What is fitted, and how</source>
        <translation>训练什么、如何训练</translation>
    </message>
    <message>
        <source>What is left waits until both readers have finished it.</source>
        <translation>其余病例须待两位阅片者都完成后才能打开。</translation>
    </message>
    <message>
        <source>What moved it most: {endpoint}</source>
        <translation>影响最大者：{endpoint}</translation>
    </message>
    <message>
        <source>What moved it: {endpoint}</source>
        <translation>影响因素：{endpoint}</translation>
    </message>
    <message>
        <source>What moved the log hazard</source>
        <translation>对数风险的贡献</translation>
    </message>
    <message>
        <source>What moved the others most (change of the log odds)</source>
        <translation>其他终点的最大影响（对数优势的变化）</translation>
    </message>
    <message>
        <source>What the network saw</source>
        <translation>网络所见</translation>
    </message>
    <message>
        <source>What the network saw for {endpoint}.</source>
        <translation>网络所见（{endpoint}）。</translation>
    </message>
    <message>
        <source>What the score rests on</source>
        <translation>评分依据</translation>
    </message>
    <message>
        <source>What the volume view shows</source>
        <translation>三维视图的显示内容</translation>
    </message>
    <message>
        <source>What to do…</source>
        <translation>要做什么…</translation>
    </message>
    <message>
        <source>Wheel</source>
        <translation>滚轮</translation>
    </message>
    <message>
        <source>Where</source>
        <translation>范围</translation>
    </message>
    <message>
        <source>Where segments meet: keep the others</source>
        <translation>分割相交处：保留其他</translation>
    </message>
    <message>
        <source>Where segments meet: overlap</source>
        <translation>分割相交处：允许重叠</translation>
    </message>
    <message>
        <source>Where segments meet: overwrite</source>
        <translation>分割相交处：覆盖</translation>
    </message>
    <message>
        <source>Where segments meet; a locked one never loses a voxel</source>
        <translation>分割相交之处；锁定的分割不会失去体素</translation>
    </message>
    <message>
        <source>Whether a case opens with patient, series and slice in the corners.</source>
        <translation>打开病例时是否在四角显示患者、序列和层面。</translation>
    </message>
    <message>
        <source>Whether the next start offers the tour of the window; it then ticks itself off.</source>
        <translation>下次启动时是否显示导览；显示后自动取消勾选。</translation>
    </message>
    <message>
        <source>Which two readers are compared</source>
        <translation>比较哪两位阅片者</translation>
    </message>
    <message>
        <source>Which way the effect goes</source>
        <translation>效果的方式</translation>
    </message>
    <message>
        <source>While drawing</source>
        <translation>勾画时更新</translation>
    </message>
    <message>
        <source>Who reads?</source>
        <translation>阅片者是谁？</translation>
    </message>
    <message>
        <source>Whole volume</source>
        <translation>完整容积</translation>
    </message>
    <message>
        <source>Window</source>
        <translation>调窗</translation>
    </message>
    <message>
        <source>Window from a dragged box</source>
        <translation>框选调窗</translation>
    </message>
    <message>
        <source>Within</source>
        <translation>范围</translation>
    </message>
    <message>
        <source>Without what lies within a margin of another segment</source>
        <translation>去掉另一分割外扩范围以内的部分</translation>
    </message>
    <message>
        <source>Work on this case is not saved as you go: {why}</source>
        <translation>此病例的工作未能随时保存：{why}</translation>
    </message>
    <message>
        <source>Worst slice</source>
        <translation>差异最大层面</translation>
    </message>
    <message>
        <source>Write the agreement of the whole session as tables and figures</source>
        <translation>将整个任务的一致性写成表格和图</translation>
    </message>
    <message>
        <source>Write the patient&apos;s name and ID on the page?</source>
        <translation>是否在页面上写明患者姓名和 ID？</translation>
    </message>
    <message>
        <source>Writing slices</source>
        <translation>正在写入层面</translation>
    </message>
    <message>
        <source>Writing {name}</source>
        <translation>正在写入 {name}</translation>
    </message>
    <message numerus="yes">
        <source>Your earlier work on series 2 is back: %n segment(s).</source>
        <translation>
            <numerusform>您先前在序列 2 上的工作已恢复：%n 个分割。</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>Your earlier work on this case is back: %n segment(s). Undo works on it too.</source>
        <translation>
            <numerusform>已恢复您先前在此病例上的工作：%n 个分割。同样可以撤销。</numerusform>
        </translation>
    </message>
    <message>
        <source>Your estimate first.</source>
        <translation>请先自行评估。</translation>
    </message>
    <message>
        <source>Your estimate: {group}, {sure} sure</source>
        <translation>您的评估：{group}，把握 {sure}</translation>
    </message>
    <message>
        <source>Your own estimate, before any score is shown</source>
        <translation>显示评分之前您自己的判断</translation>
    </message>
    <message>
        <source>Zoom in</source>
        <translation>放大</translation>
    </message>
    <message>
        <source>Zoom out</source>
        <translation>缩小</translation>
    </message>
    <message>
        <source>a ROI of the tumour is needed</source>
        <translation>需要肿瘤的 ROI</translation>
    </message>
    <message>
        <source>a name has small letters, digits, - and _, and begins with a letter or digit</source>
        <translation>名称只能含小写字母、数字、- 和 _，并以字母或数字开头</translation>
    </message>
    <message>
        <source>a structured report refers to DICOM images, and this case has none</source>
        <translation>结构化报告须引用 DICOM 图像，而此病例没有</translation>
    </message>
    <message>
        <source>a structured report refers to DICOM images, and this series was resampled: its slices are no longer theirs. A table (CSV) can be saved.</source>
        <translation>结构化报告须引用 DICOM 图像，而此序列经过重采样：其层面已不是原图像的层面。可保存为表格（CSV）。</translation>
    </message>
    <message>
        <source>a training run is going on; cancel it first</source>
        <translation>训练正在进行；请先取消</translation>
    </message>
    <message>
        <source>along {axis}</source>
        <translation>沿 {axis}</translation>
    </message>
    <message>
        <source>and {n} more</source>
        <translation>及另外 {n} 项</translation>
    </message>
    <message>
        <source>another segment is chosen now.</source>
        <translation>已选择另一个分割。</translation>
    </message>
    <message>
        <source>another tool was taken.</source>
        <translation>已换用另一个工具。</translation>
    </message>
    <message>
        <source>area of the region&apos;s surface, in mm²</source>
        <translation>区域的表面积（mm²）</translation>
    </message>
    <message>
        <source>as it is</source>
        <translation>原位</translation>
    </message>
    <message>
        <source>axial</source>
        <translation>轴位</translation>
    </message>
    <message>
        <source>better</source>
        <translation>较好</translation>
    </message>
    <message>
        <source>between slices {n} and {n2} the image shifts {value} mm sideways</source>
        <translation>第 {n} 与第 {n2} 层之间图像侧移 {value} mm</translation>
    </message>
    <message>
        <source>both</source>
        <translation>两者</translation>
    </message>
    <message>
        <source>box region ROI mean HU</source>
        <translation>方框 区域 ROI 平均 HU</translation>
    </message>
    <message>
        <source>bundle {hash}</source>
        <translation>模型包 {hash}</translation>
    </message>
    <message>
        <source>cannot start training: {why}</source>
        <translation>无法开始训练：{why}</translation>
    </message>
    <message>
        <source>change active plane viewport</source>
        <translation>切换 当前 平面 视口</translation>
    </message>
    <message>
        <source>cine play scroll loop</source>
        <translation>电影 播放 滚动 循环</translation>
    </message>
    <message>
        <source>circle region ROI mean HU</source>
        <translation>圆 区域 ROI 平均 HU</translation>
    </message>
    <message>
        <source>cohort of {n}, {events} deaths</source>
        <translation>队列 {n} 例，死亡 {events} 例</translation>
    </message>
    <message>
        <source>contrast brightness level width preset</source>
        <translation>对比度 亮度 窗位 窗宽 预设</translation>
    </message>
    <message>
        <source>coronal</source>
        <translation>冠状位</translation>
    </message>
    <message>
        <source>crosshair</source>
        <translation>十字线</translation>
    </message>
    <message>
        <source>cut-off {score}</source>
        <translation>截断值 {score}</translation>
    </message>
    <message>
        <source>dark</source>
        <translation>深色</translation>
    </message>
    <message>
        <source>density point value</source>
        <translation>密度 点 数值</translation>
    </message>
    <message>
        <source>distance from the average case</source>
        <translation>与平均病例的距离</translation>
    </message>
    <message>
        <source>done</source>
        <translation>已完成</translation>
    </message>
    <message>
        <source>duplicate slices</source>
        <translation>重复层面</translation>
    </message>
    <message>
        <source>enhanced multi-frame</source>
        <translation>增强型多帧</translation>
    </message>
    <message>
        <source>fitted on synthetic phantoms: its score says nothing about a patient</source>
        <translation>在合成体模上训练：其评分对患者没有意义</translation>
    </message>
    <message>
        <source>fitted on synthetic phantoms: what it says tells nothing about a patient</source>
        <translation>基于合成体模拟合：其结果不反映任何患者的情况</translation>
    </message>
    <message>
        <source>fitted patients: {mean} ± {sd} (mean ± SD)</source>
        <translation>训练患者：{mean} ± {sd}（均值 ± SD）</translation>
    </message>
    <message>
        <source>flagged</source>
        <translation>已标记</translation>
    </message>
    <message>
        <source>four equal</source>
        <translation>四等分</translation>
    </message>
    <message>
        <source>from the smallest value to the largest</source>
        <translation>最小值到最大值的跨度</translation>
    </message>
    <message>
        <source>gantry tilt</source>
        <translation>机架倾斜</translation>
    </message>
    <message>
        <source>gaps along the normal run from {low} to {high} mm ({names}); read as if all were {value} mm, so places and volumes are wrong</source>
        <translation>沿法线的间距为 {low} 至 {high} mm（{names}）；按均为 {value} mm 读取，因此位置和体积有误</translation>
    </message>
    <message>
        <source>height of the lungs</source>
        <translation>肺高度</translation>
    </message>
    <message>
        <source>high</source>
        <translation>高</translation>
    </message>
    <message>
        <source>high risk</source>
        <translation>高风险</translation>
    </message>
    <message>
        <source>how alike neighbours are that are not equal</source>
        <translation>灰度不等的相邻体素之间的相似程度</translation>
    </message>
    <message>
        <source>how alike neighbours are, for the number of grey levels</source>
        <translation>按灰度级数归一化的相邻体素相似程度</translation>
    </message>
    <message>
        <source>how alike neighbours are, for the number of grey levels, large differences counting more</source>
        <translation>按灰度级数归一化的相邻体素相似程度，大的差异权重更大</translation>
    </message>
    <message>
        <source>how alike neighbours are, large differences counting little; large in smooth texture</source>
        <translation>相邻体素的相似程度，大的差异权重很小；平滑纹理较大</translation>
    </message>
    <message>
        <source>how alike neighbours are; large in smooth texture</source>
        <translation>相邻体素的相似程度；平滑纹理较大</translation>
    </message>
    <message>
        <source>how bright voxels lie side by side; large where bright meets bright</source>
        <translation>相邻体素的亮度；亮体素与亮体素相邻时较大</translation>
    </message>
    <message>
        <source>how clearly patches stand out that are large enough to be seen</source>
        <translation>足够大而可见的斑块突出的程度</translation>
    </message>
    <message>
        <source>how close the region is to a ball; 1 is a ball, less is lobed or spiculated</source>
        <translation>区域接近球形的程度；1 为球形，越小则分叶或毛刺越明显</translation>
    </message>
    <message>
        <source>how far pairs of neighbours stray from the mean, extremes counting most</source>
        <translation>相邻体素对偏离均值的程度，极端值权重最大</translation>
    </message>
    <message>
        <source>how few equal neighbours voxels have; large in restless texture</source>
        <translation>体素的同灰度邻居之少；杂乱纹理较大</translation>
    </message>
    <message>
        <source>how few kinds of pairs there are; large in orderly texture</source>
        <translation>体素对种类之少；有序纹理较大</translation>
    </message>
    <message>
        <source>how few values the voxels share; large in a uniform region</source>
        <translation>体素取值的集中程度；均匀区域较大</translation>
    </message>
    <message>
        <source>how heavy the tails of the values are; large where few voxels lie far from the rest</source>
        <translation>取值分布尾部的厚重程度；少数体素远离其余体素时较大</translation>
    </message>
    <message>
        <source>how large the zones of equal grey level are; large in coarse texture</source>
        <translation>同灰度连通区的大小；粗糙纹理较大</translation>
    </message>
    <message>
        <source>how long the runs of equal grey level are; large in coarse texture</source>
        <translation>同灰度游程的长度；粗糙纹理较大</translation>
    </message>
    <message>
        <source>how many equal neighbours voxels have; large in uniform texture</source>
        <translation>体素的同灰度邻居之多；均匀纹理较大</translation>
    </message>
    <message>
        <source>how many quick changes and different grey levels there are</source>
        <translation>快速变化和不同灰度级的多少</translation>
    </message>
    <message>
        <source>how many runs are bright</source>
        <translation>亮游程的多少</translation>
    </message>
    <message>
        <source>how many runs are dark</source>
        <translation>暗游程的多少</translation>
    </message>
    <message>
        <source>how many runs are long and bright</source>
        <translation>长而亮的游程的多少</translation>
    </message>
    <message>
        <source>how many runs are long and dark</source>
        <translation>长而暗的游程的多少</translation>
    </message>
    <message>
        <source>how many runs are short and bright</source>
        <translation>短而亮的游程的多少</translation>
    </message>
    <message>
        <source>how many runs are short and dark</source>
        <translation>短而暗的游程的多少</translation>
    </message>
    <message>
        <source>how many runs there are for the number of voxels; large in fine texture</source>
        <translation>游程数与体素数之比；细腻纹理较大</translation>
    </message>
    <message>
        <source>how many voxels are bright</source>
        <translation>亮体素的多少</translation>
    </message>
    <message>
        <source>how many voxels are bright and have few equal neighbours</source>
        <translation>亮且同灰度邻居少的体素的多少</translation>
    </message>
    <message>
        <source>how many voxels are bright and have many equal neighbours</source>
        <translation>亮且同灰度邻居多的体素的多少</translation>
    </message>
    <message>
        <source>how many voxels are dark</source>
        <translation>暗体素的多少</translation>
    </message>
    <message>
        <source>how many voxels are dark and have few equal neighbours</source>
        <translation>暗且同灰度邻居少的体素的多少</translation>
    </message>
    <message>
        <source>how many voxels are dark and have many equal neighbours</source>
        <translation>暗且同灰度邻居多的体素的多少</translation>
    </message>
    <message>
        <source>how many zones are bright</source>
        <translation>亮连通区的多少</translation>
    </message>
    <message>
        <source>how many zones are dark</source>
        <translation>暗连通区的多少</translation>
    </message>
    <message>
        <source>how many zones are large and bright</source>
        <translation>大而亮的连通区的多少</translation>
    </message>
    <message>
        <source>how many zones are large and dark</source>
        <translation>大而暗的连通区的多少</translation>
    </message>
    <message>
        <source>how many zones are small and bright</source>
        <translation>小而亮的连通区的多少</translation>
    </message>
    <message>
        <source>how many zones are small and dark</source>
        <translation>小而暗的连通区的多少</translation>
    </message>
    <message>
        <source>how many zones there are for the number of voxels; large in fine texture</source>
        <translation>连通区数与体素数之比；细腻纹理较大</translation>
    </message>
    <message>
        <source>how much a voxel tells of its neighbour (information); 0 is nothing, 1 all</source>
        <translation>一个体素提供的关于其邻居的信息量；0 为无，1 为全部</translation>
    </message>
    <message>
        <source>how much a voxel tells of its neighbour (information); 0 is nothing, −1 all</source>
        <translation>一个体素提供的关于其邻居的信息量；0 为无，−1 为全部</translation>
    </message>
    <message>
        <source>how much grey levels of neighbours differ; large in coarse, patchy texture</source>
        <translation>相邻体素灰度的差异；粗糙、斑片状纹理较大</translation>
    </message>
    <message>
        <source>how quickly grey levels change from a voxel to those around it</source>
        <translation>体素与其周围之间灰度变化的快慢</translation>
    </message>
    <message>
        <source>how round the region is across its longest axis; 1 is round, 0 a line</source>
        <translation>区域在垂直于最长轴方向上的圆度；1 为圆形，0 为线状</translation>
    </message>
    <message>
        <source>how short the runs of equal grey level are; large in fine texture</source>
        <translation>同灰度游程的短小程度；细腻纹理较大</translation>
    </message>
    <message>
        <source>how slowly grey levels change from place to place; large in coarse texture</source>
        <translation>灰度随位置变化的缓慢程度；粗糙纹理较大</translation>
    </message>
    <message>
        <source>how small the zones of equal grey level are; large in fine texture</source>
        <translation>同灰度连通区的细小程度；细腻纹理较大</translation>
    </message>
    <message>
        <source>how strongly neighbours of like grey level gather</source>
        <translation>灰度相近的相邻体素聚集的程度</translation>
    </message>
    <message>
        <source>how thick the region is for its length; 1 is a ball, 0 a sheet</source>
        <translation>区域厚度与长度之比；1 为球形，0 为薄片</translation>
    </message>
    <message>
        <source>how unevenly the lengths of runs are spread</source>
        <translation>游程长度分布的不均匀程度</translation>
    </message>
    <message>
        <source>how unevenly the lengths of runs are spread; grows with size</source>
        <translation>游程长度分布的不均匀程度；随区域大小而增大</translation>
    </message>
    <message>
        <source>how unevenly the numbers of equal neighbours are spread</source>
        <translation>同灰度邻居数分布的不均匀程度</translation>
    </message>
    <message>
        <source>how unevenly the numbers of equal neighbours are spread; grows with size</source>
        <translation>同灰度邻居数分布的不均匀程度；随区域大小而增大</translation>
    </message>
    <message>
        <source>how unevenly the runs are spread over grey levels</source>
        <translation>游程在各灰度级上分布的不均匀程度</translation>
    </message>
    <message>
        <source>how unevenly the runs are spread over grey levels; grows with size</source>
        <translation>游程在各灰度级上分布的不均匀程度；随区域大小而增大</translation>
    </message>
    <message>
        <source>how unevenly the sizes of zones are spread</source>
        <translation>连通区大小分布的不均匀程度</translation>
    </message>
    <message>
        <source>how unevenly the sizes of zones are spread; grows with the region</source>
        <translation>连通区大小分布的不均匀程度；随区域增大而增大</translation>
    </message>
    <message>
        <source>how unevenly the voxels are spread over grey levels; grows with size</source>
        <translation>体素在各灰度级上分布的不均匀程度；随区域大小而增大</translation>
    </message>
    <message>
        <source>how unevenly the zones are spread over grey levels</source>
        <translation>连通区在各灰度级上分布的不均匀程度</translation>
    </message>
    <message>
        <source>how unevenly the zones are spread over grey levels; grows with size</source>
        <translation>连通区在各灰度级上分布的不均匀程度；随区域大小而增大</translation>
    </message>
    <message>
        <source>how unforeseeable a voxel&apos;s value is; large where many values are equally common</source>
        <translation>体素值的不可预测程度；多种取值同样常见时较大</translation>
    </message>
    <message>
        <source>how varied the differences between neighbours are</source>
        <translation>相邻体素灰度差的多样性</translation>
    </message>
    <message>
        <source>how varied the pairs of neighbours are; large in disorderly texture</source>
        <translation>相邻体素对的多样性；无序纹理较大</translation>
    </message>
    <message>
        <source>how varied the runs are in length and grey level</source>
        <translation>游程在长度和灰度上的多样性</translation>
    </message>
    <message>
        <source>how varied the sums of neighbours&apos; grey levels are</source>
        <translation>相邻体素灰度之和的多样性</translation>
    </message>
    <message>
        <source>how varied the zones are in size and grey level</source>
        <translation>连通区在大小和灰度上的多样性</translation>
    </message>
    <message>
        <source>how varied voxels are in grey level and number of equal neighbours</source>
        <translation>体素在灰度和同灰度邻居数上的多样性</translation>
    </message>
    <message>
        <source>how well a voxel&apos;s grey level tells its neighbour&apos;s</source>
        <translation>由一个体素的灰度推知其邻居灰度的程度</translation>
    </message>
    <message>
        <source>how wide the range of grey levels is, and how quickly they change within it</source>
        <translation>灰度范围的宽度及其中变化的快慢</translation>
    </message>
    <message>
        <source>how widely the differences between neighbours spread</source>
        <translation>相邻体素灰度差的离散程度</translation>
    </message>
    <message>
        <source>how widely the grey levels of neighbours spread around their mean</source>
        <translation>相邻体素灰度围绕均值的离散程度</translation>
    </message>
    <message>
        <source>how widely the grey levels of the runs spread</source>
        <translation>游程灰度的离散程度</translation>
    </message>
    <message>
        <source>how widely the grey levels of the voxels spread</source>
        <translation>体素灰度的离散程度</translation>
    </message>
    <message>
        <source>how widely the grey levels of the zones spread</source>
        <translation>连通区灰度的离散程度</translation>
    </message>
    <message>
        <source>how widely the lengths of runs spread</source>
        <translation>游程长度的离散程度</translation>
    </message>
    <message>
        <source>how widely the numbers of equal neighbours spread</source>
        <translation>同灰度邻居数的离散程度</translation>
    </message>
    <message>
        <source>how widely the sizes of zones spread</source>
        <translation>连通区大小的离散程度</translation>
    </message>
    <message>
        <source>how widely the values spread around their mean</source>
        <translation>各值围绕均值的离散程度</translation>
    </message>
    <message>
        <source>images of {names} in one series; each is a part of its own</source>
        <translation>一个序列中有 {names} 的图像；各自成为一部分</translation>
    </message>
    <message>
        <source>in 3D</source>
        <translation>三维</translation>
    </message>
    <message>
        <source>in axial slices</source>
        <translation>轴位层面</translation>
    </message>
    <message>
        <source>in coronal slices</source>
        <translation>冠状位层面</translation>
    </message>
    <message>
        <source>in progress</source>
        <translation>进行中</translation>
    </message>
    <message>
        <source>in sagittal slices</source>
        <translation>矢状位层面</translation>
    </message>
    <message>
        <source>inferno</source>
        <translation>inferno</translation>
    </message>
    <message>
        <source>inverted</source>
        <translation>反相</translation>
    </message>
    <message>
        <source>it died several times in a row; it is started again when you ask</source>
        <translation>它已连续多次终止；再次请求时会重新启动</translation>
    </message>
    <message>
        <source>it ended without a word</source>
        <translation>它未给出任何信息即结束</translation>
    </message>
    <message>
        <source>it was started again</source>
        <translation>已重新启动</translation>
    </message>
    <message>
        <source>it was started again, ask once more</source>
        <translation>已重新启动，请再次请求</translation>
    </message>
    <message>
        <source>larger nearer</source>
        <translation>变大 拉近</translation>
    </message>
    <message numerus="yes">
        <source>last %n edits {change}</source>
        <translation>
            <numerusform>最近 %n 次编辑 {change}</numerusform>
        </translation>
    </message>
    <message>
        <source>last edit {change}</source>
        <translation>上次编辑 {change}</translation>
    </message>
    <message>
        <source>layout arrange maximise one view alone</source>
        <translation>布局 排列 最大化 单个视图</translation>
    </message>
    <message>
        <source>layout side by side two prior</source>
        <translation>布局 并排 两个 既往</translation>
    </message>
    <message>
        <source>length of the longest axis of the ellipsoid that fits the region, in mm</source>
        <translation>拟合区域的椭球的最长轴长度（mm）</translation>
    </message>
    <message>
        <source>length of the middle axis of the ellipsoid that fits the region, in mm</source>
        <translation>拟合区域的椭球的中间轴长度（mm）</translation>
    </message>
    <message>
        <source>length of the shortest axis of the ellipsoid that fits the region, in mm</source>
        <translation>拟合区域的椭球的最短轴长度（mm）</translation>
    </message>
    <message>
        <source>less likely</source>
        <translation>较不可能</translation>
    </message>
    <message>
        <source>light</source>
        <translation>浅色</translation>
    </message>
    <message>
        <source>linearly, from where the slices lie ({names})</source>
        <translation>按层面所在位置线性重采样（{names}）</translation>
    </message>
    <message>
        <source>linked</source>
        <translation>已联动</translation>
    </message>
    <message>
        <source>linked by hand</source>
        <translation>手动联动</translation>
    </message>
    <message>
        <source>localizer left out</source>
        <translation>已排除定位像</translation>
    </message>
    <message>
        <source>log hazard</source>
        <translation>对数风险</translation>
    </message>
    <message>
        <source>log odds</source>
        <translation>对数优势</translation>
    </message>
    <message>
        <source>long short axis caliper</source>
        <translation>长径 短径 卡尺</translation>
    </message>
    <message>
        <source>longest diameter in any axial slice, in mm</source>
        <translation>任一轴位层面内的最长径（mm）</translation>
    </message>
    <message>
        <source>longest diameter in any coronal plane, in mm</source>
        <translation>任一冠状面内的最长径（mm）</translation>
    </message>
    <message>
        <source>longest diameter in any sagittal plane, in mm</source>
        <translation>任一矢状面内的最长径（mm）</translation>
    </message>
    <message>
        <source>longest diameter in space, in mm</source>
        <translation>三维空间内的最长径（mm）</translation>
    </message>
    <message>
        <source>lossy compression</source>
        <translation>有损压缩</translation>
    </message>
    <message>
        <source>low</source>
        <translation>低</translation>
    </message>
    <message>
        <source>low risk</source>
        <translation>低风险</translation>
    </message>
    <message>
        <source>mean difference of grey level between neighbours</source>
        <translation>相邻体素灰度差的均值</translation>
    </message>
    <message>
        <source>mean distance from the mean, without the outer tenths of the values</source>
        <translation>去除两端各十分之一取值后，与均值的平均距离</translation>
    </message>
    <message>
        <source>mean distance of the values from their mean</source>
        <translation>各值与均值的平均距离</translation>
    </message>
    <message>
        <source>mean grey level of the voxels that have neighbours</source>
        <translation>有邻居的体素的平均灰度</translation>
    </message>
    <message>
        <source>mean of the image</source>
        <translation>图像均值</translation>
    </message>
    <message>
        <source>mean sum of the grey levels of neighbours</source>
        <translation>相邻体素灰度之和的均值</translation>
    </message>
    <message>
        <source>middle slice; reading the others …</source>
        <translation>中间层面；正在读取其余层面…</translation>
    </message>
    <message>
        <source>missing slices</source>
        <translation>缺失层面</translation>
    </message>
    <message>
        <source>mixed matrix sizes</source>
        <translation>矩阵不一</translation>
    </message>
    <message>
        <source>mixed orientations</source>
        <translation>方位不一</translation>
    </message>
    <message>
        <source>mixed patients</source>
        <translation>患者混杂</translation>
    </message>
    <message>
        <source>mm</source>
        <translation>mm</translation>
    </message>
    <message>
        <source>models</source>
        <translation>模型</translation>
    </message>
    <message>
        <source>more likely</source>
        <translation>较可能</translation>
    </message>
    <message>
        <source>most above usual: {one}</source>
        <translation>高出常见水平最多：{one}</translation>
    </message>
    <message>
        <source>needs to know: {labels}</source>
        <translation>需要知道：{labels}</translation>
    </message>
    <message>
        <source>negative spacing</source>
        <translation>间距为负</translation>
    </message>
    <message>
        <source>no description</source>
        <translation>无描述</translation>
    </message>
    <message>
        <source>no lungs were found; the whole body was looked at instead</source>
        <translation>未找到肺部；改为查看整个身体</translation>
    </message>
    <message>
        <source>no pixel data</source>
        <translation>无像素数据</translation>
    </message>
    <message>
        <source>no place in the patient</source>
        <translation>缺少几何信息</translation>
    </message>
    <message>
        <source>no rescale</source>
        <translation>缺少 rescale</translation>
    </message>
    <message>
        <source>no voxel inside</source>
        <translation>其中无体素</translation>
    </message>
    <message>
        <source>no voxel of {value} mm</source>
        <translation>不足一个 {value} mm 的体素</translation>
    </message>
    <message>
        <source>none above what is usual</source>
        <translation>均未高出常见水平</translation>
    </message>
    <message>
        <source>none told from chance</source>
        <translation>均与随机无法区分</translation>
    </message>
    <message>
        <source>none told from chance that the folds agree on</source>
        <translation>没有可与随机区分且各折一致的终点</translation>
    </message>
    <message>
        <source>not a CT</source>
        <translation>非 CT</translation>
    </message>
    <message>
        <source>not linked</source>
        <translation>未联动</translation>
    </message>
    <message>
        <source>not started</source>
        <translation>未开始</translation>
    </message>
    <message>
        <source>oblique</source>
        <translation>斜位</translation>
    </message>
    <message>
        <source>oblique rotate tilt reformat MPR</source>
        <translation>斜面 旋转 倾斜 重建 MPR</translation>
    </message>
    <message>
        <source>oblique standard straight orthogonal MPR</source>
        <translation>斜面 标准 正交 MPR</translation>
    </message>
    <message>
        <source>oblique {value}°</source>
        <translation>斜切 {value}°</translation>
    </message>
    <message>
        <source>odd bits</source>
        <translation>位存储异常</translation>
    </message>
    <message>
        <source>odd rescale</source>
        <translation>rescale 异常</translation>
    </message>
    <message>
        <source>of a case unlike those that it was fitted on</source>
        <translation>此病例与其拟合所用的病例不同</translation>
    </message>
    <message>
        <source>of the middle slice</source>
        <translation>中间层面的值</translation>
    </message>
    <message>
        <source>one and three</source>
        <translation>一大三小</translation>
    </message>
    <message>
        <source>one back</source>
        <translation>退一个</translation>
    </message>
    <message>
        <source>one further</source>
        <translation>进一个</translation>
    </message>
    <message>
        <source>one view alone, and back</source>
        <translation>单视图显示，再次双击恢复</translation>
    </message>
    <message>
        <source>other reader {score}</source>
        <translation>另一阅片者 {score}</translation>
    </message>
    <message>
        <source>other readers</source>
        <translation>其他阅片者</translation>
    </message>
    <message>
        <source>pan</source>
        <translation>平移</translation>
    </message>
    <message>
        <source>part {part} of {parts}</source>
        <translation>第 {part}/{parts} 部分</translation>
    </message>
    <message>
        <source>patch</source>
        <translation>图块</translation>
    </message>
    <message>
        <source>per s</source>
        <translation>层/秒</translation>
    </message>
    <message>
        <source>pixel spacing</source>
        <translation>像素间距</translation>
    </message>
    <message>
        <source>place the crosshair</source>
        <translation>放置十字线</translation>
    </message>
    <message>
        <source>px</source>
        <translation>px</translation>
    </message>
    <message>
        <source>range of the models of the {n} folds</source>
        <translation>{n} 折模型的范围</translation>
    </message>
    <message>
        <source>range of the scores of the {n} heads</source>
        <translation>{n} 个头评分的范围</translation>
    </message>
    <message>
        <source>range of the {n} heads of the ensemble</source>
        <translation>集成模型 {n} 个头的范围</translation>
    </message>
    <message>
        <source>reconstruction kernel</source>
        <translation>重建核</translation>
    </message>
    <message>
        <source>reconstruction kernel {name} (fitted on {names})</source>
        <translation>重建核 {name}（训练集：{names}）</translation>
    </message>
    <message>
        <source>red</source>
        <translation>红色</translation>
    </message>
    <message>
        <source>resampled</source>
        <translation>已重采样</translation>
    </message>
    <message>
        <source>resampled onto a straight grid</source>
        <translation>已重采样为规则网格</translation>
    </message>
    <message>
        <source>ring</source>
        <translation>环</translation>
    </message>
    <message>
        <source>risk score, higher is worse</source>
        <translation>风险评分，越高越差</translation>
    </message>
    <message>
        <source>riskier than {percent} % of the reference cohort</source>
        <translation>风险高于参考队列的 {percent} %</translation>
    </message>
    <message>
        <source>root of the mean squared value; how far from 0 the values lie</source>
        <translation>均方根；取值偏离 0 的程度</translation>
    </message>
    <message>
        <source>ruler distance caliper line</source>
        <translation>标尺 距离 卡尺 直线</translation>
    </message>
    <message>
        <source>sagittal</source>
        <translation>矢状位</translation>
    </message>
    <message>
        <source>scored without a ROI</source>
        <translation>未使用 ROI 评分</translation>
    </message>
    <message>
        <source>scroll</source>
        <translation>翻层</translation>
    </message>
    <message>
        <source>scroll slices image up down</source>
        <translation>滚动 层面 图像 上 下</translation>
    </message>
    <message>
        <source>scroll through slices</source>
        <translation>翻阅层面</translation>
    </message>
    <message>
        <source>secondary capture left out</source>
        <translation>已排除二次捕获</translation>
    </message>
    <message>
        <source>seen from {side}</source>
        <translation>自 {side} 侧观察</translation>
    </message>
    <message>
        <source>several frames of reference</source>
        <translation>多个参考坐标系</translation>
    </message>
    <message>
        <source>share of the commonest pair of neighbours</source>
        <translation>最常见的相邻体素对所占的比例</translation>
    </message>
    <message>
        <source>size {names} is not {names2}</source>
        <translation>尺寸 {names} 与 {names2} 不同</translation>
    </message>
    <message>
        <source>slice spacing</source>
        <translation>层间距</translation>
    </message>
    <message>
        <source>slice {number}</source>
        <translation>第 {number} 层</translation>
    </message>
    <message>
        <source>slice {number}: largest area of {name}</source>
        <translation>第 {number} 层：{name} 面积最大</translation>
    </message>
    <message>
        <source>slice {number}: {share} % of the attention</source>
        <translation>第 {number} 层：占注意力的 {share} %</translation>
    </message>
    <message>
        <source>smaller farther</source>
        <translation>变小 拉远</translation>
    </message>
    <message>
        <source>spacing</source>
        <translation>间距</translation>
    </message>
    <message>
        <source>spacing {names} mm is not {names2} mm</source>
        <translation>间距 {names} mm 与 {names2} mm 不同</translation>
    </message>
    <message>
        <source>split: part {part} of {parts}</source>
        <translation>已拆分：第 {part} 部分，共 {parts} 部分</translation>
    </message>
    <message>
        <source>spread of the image</source>
        <translation>图像离散度</translation>
    </message>
    <message>
        <source>starting</source>
        <translation>正在启动</translation>
    </message>
    <message>
        <source>stray bytes</source>
        <translation>多余字节</translation>
    </message>
    <message>
        <source>sum of the squared values times the volume of a voxel</source>
        <translation>各值平方之和乘以体素体积</translation>
    </message>
    <message>
        <source>sum of the squared values; grows with size and with distance from 0</source>
        <translation>各值平方之和；随区域大小和与 0 的距离而增大</translation>
    </message>
    <message>
        <source>surface for each mm³; large for small or ragged regions</source>
        <translation>每 mm³ 对应的表面积；区域越小或边缘越不规则则越大</translation>
    </message>
    <message>
        <source>synthetic case</source>
        <translation>合成病例</translation>
    </message>
    <message>
        <source>system</source>
        <translation>跟随系统</translation>
    </message>
    <message>
        <source>taken as it is</source>
        <translation>按原样读取</translation>
    </message>
    <message>
        <source>the GPU&apos;s memory did not suffice; computed on the CPU</source>
        <translation>GPU 显存不足；已改用 CPU 计算</translation>
    </message>
    <message>
        <source>the ROI is too small: {why}</source>
        <translation>ROI 过小：{why}</translation>
    </message>
    <message>
        <source>the ROI reaches the edges of the {value} mm patch that the network sees</source>
        <translation>ROI 已达网络所见 {value} mm 图像块的边缘</translation>
    </message>
    <message>
        <source>the ROI reaches the faces of the {value} mm cube that the model sees; it was read as far as it lies inside</source>
        <translation>ROI 已达模型所见 {value} mm 立方体的边界；只读取其内部分</translation>
    </message>
    <message>
        <source>the closest that neighbours&apos; grey levels come to telling each other</source>
        <translation>相邻体素灰度之间可达到的最大相关</translation>
    </message>
    <message>
        <source>the corners lie up to {value} mm apart</source>
        <translation>各角相距最大 {value} mm</translation>
    </message>
    <message>
        <source>the grid is turned against the patient&apos;s axes (normal {names})</source>
        <translation>网格相对患者坐标轴有旋转（法线 {names}）</translation>
    </message>
    <message>
        <source>the intersection</source>
        <translation>交集</translation>
    </message>
    <message>
        <source>the largest value</source>
        <translation>最大值</translation>
    </message>
    <message>
        <source>the mean value</source>
        <translation>均值</translation>
    </message>
    <message>
        <source>the modality is {name}; its values are no Hounsfield units</source>
        <translation>成像方式为 {name}；其数值不是 HU</translation>
    </message>
    <message>
        <source>the pixel spacing changes within the series, from {names} to {names2} mm; the lowest slice&apos;s is used for all</source>
        <translation>序列内像素间距由 {names} 变为 {names2} mm；一律采用最低层面的间距</translation>
    </message>
    <message>
        <source>the pixel spacing is {names} mm</source>
        <translation>像素间距为 {names} mm</translation>
    </message>
    <message>
        <source>the rescale intercept changes within the series, from {low} to {high}; each slice is read with its own</source>
        <translation>序列内 rescale 截距不一致，从 {low} 到 {high}；各层按各自的截距读取</translation>
    </message>
    <message>
        <source>the score itself,</source>
        <translation>评分本身</translation>
    </message>
    <message>
        <source>the series is {what}; axial slices are needed</source>
        <translation>此序列为{what}；需要轴位层面</translation>
    </message>
    <message>
        <source>the slices&apos; normal ({names}) is {value}° off the patient&apos;s axes</source>
        <translation>层面法线（{names}）偏离患者坐标轴 {value}°</translation>
    </message>
    <message>
        <source>the smallest value</source>
        <translation>最小值</translation>
    </message>
    <message>
        <source>the step between slices leads {value}° off their normal, {total} mm over the stack (header: {told}°); read as if it led along the normal, so places are approximate</source>
        <translation>层间步进偏离法线 {value}°，整个序列共 {total} mm（头信息：{told}°）；按沿法线读取，因此位置为近似值</translation>
    </message>
    <message>
        <source>the step between slices leads {value}° off their normal, {total} mm over the stack; read as if it led along the normal, so places are approximate</source>
        <translation>层间步进偏离法线 {value}°，整个序列共 {total} mm；按沿法线读取，因此位置为近似值</translation>
    </message>
    <message>
        <source>the union</source>
        <translation>并集</translation>
    </message>
    <message>
        <source>the value that half of the voxels lie below</source>
        <translation>一半体素低于此值（中位数）</translation>
    </message>
    <message>
        <source>there is a run or a bundle called {name} already</source>
        <translation>已有名为 {name} 的训练或模型包</translation>
    </message>
    <message>
        <source>thick slices projection intensity</source>
        <translation>厚层 投影 密度</translation>
    </message>
    <message>
        <source>to</source>
        <translation>至</translation>
    </message>
    <message>
        <source>to which side the values are drawn out; above 0 towards bright ones</source>
        <translation>取值分布偏向哪一侧；大于 0 偏向亮侧</translation>
    </message>
    <message>
        <source>too few slices</source>
        <translation>层面过少</translation>
    </message>
    <message>
        <source>truncated pixel data</source>
        <translation>像素数据截断</translation>
    </message>
    <message>
        <source>tube voltage</source>
        <translation>管电压</translation>
    </message>
    <message>
        <source>tumour</source>
        <translation>肿瘤</translation>
    </message>
    <message>
        <source>turn the other two planes: oblique slices</source>
        <translation>转动另外两个切面：斜切面</translation>
    </message>
    <message>
        <source>uneven spacing</source>
        <translation>间距不均</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>未知</translation>
    </message>
    <message>
        <source>unlike the cases it was fitted on, so its score may mislead: {what}</source>
        <translation>与训练病例不同，评分可能误导：{what}</translation>
    </message>
    <message>
        <source>unlike the cases it was fitted on, so what it says may mislead: {what}</source>
        <translation>与训练病例不同，其结果可能误导：{what}</translation>
    </message>
    <message>
        <source>unlike the cases that it was fitted on</source>
        <translation>与训练病例不同</translation>
    </message>
    <message>
        <source>unreadable file</source>
        <translation>文件不可读</translation>
    </message>
    <message>
        <source>value above which the brightest tenth of the voxels lies</source>
        <translation>最亮的十分之一体素高于此值</translation>
    </message>
    <message>
        <source>value below which the darkest tenth of the voxels lies</source>
        <translation>最暗的十分之一体素低于此值</translation>
    </message>
    <message>
        <source>viridis</source>
        <translation>viridis</translation>
    </message>
    <message>
        <source>volume of the ROI</source>
        <translation>ROI 体积</translation>
    </message>
    <message>
        <source>volume of the region&apos;s voxels, in mm³</source>
        <translation>区域内体素的总体积（mm³）</translation>
    </message>
    <message>
        <source>volume within the region&apos;s smoothed surface, in mm³</source>
        <translation>区域平滑表面所包围的体积（mm³）</translation>
    </message>
    <message>
        <source>voxels of {names} mm are coarser than the {value} mm that it was fitted on: interpolated between, texture is smoother</source>
        <translation>体素 {names} mm 比拟合所用的 {value} mm 更粗：其间为插值，纹理更平滑</translation>
    </message>
    <message>
        <source>what the network sees</source>
        <translation>网络所见</translation>
    </message>
    <message>
        <source>what the network sees {value} × as far from the average as usual (limit {limit})</source>
        <translation>网络所见与平均的距离为常见的 {value} 倍（限值 {limit}）</translation>
    </message>
    <message>
        <source>what the network sees {value} × as far from the average as usual (limit {limit}), most of all {names}</source>
        <translation>网络所见与平均的距离为常见的 {value} 倍（限值 {limit}），主要是 {names}</translation>
    </message>
    <message>
        <source>whether pairs of neighbours stray towards bright (above 0) or dark</source>
        <translation>相邻体素对偏向亮侧（大于 0）还是暗侧</translation>
    </message>
    <message>
        <source>width of the middle half of the values</source>
        <translation>中间一半取值的范围宽度</translation>
    </message>
    <message>
        <source>window</source>
        <translation>调窗</translation>
    </message>
    <message>
        <source>window: right is wider, down is a higher level</source>
        <translation>调窗：向右加宽，向下提高窗位</translation>
    </message>
    <message>
        <source>worse</source>
        <translation>较差</translation>
    </message>
    <message>
        <source>years</source>
        <translation>岁</translation>
    </message>
    <message>
        <source>zoom</source>
        <translation>缩放</translation>
    </message>
    <message>
        <source>zoom pan centre</source>
        <translation>缩放 平移 居中</translation>
    </message>
    <message>
        <source>zoom scale whole</source>
        <translation>缩放 比例 整幅</translation>
    </message>
    <message>
        <source>{at} of {count}</source>
        <translation>{at} / {count}</translation>
    </message>
    <message>
        <source>{bundle} is refused: {why}</source>
        <translation>{bundle} 未被接受：{why}</translation>
    </message>
    <message>
        <source>{effect} changes nothing here.</source>
        <translation>{effect}在此不产生变化。</translation>
    </message>
    <message>
        <source>{endpoint} {percent} (usual {usual})</source>
        <translation>{endpoint} {percent}（通常 {usual}）</translation>
    </message>
    <message>
        <source>{feature} ({sd} SD)</source>
        <translation>{feature}（{sd} SD）</translation>
    </message>
    <message>
        <source>{first} and {second}</source>
        <translation>{first} 与 {second}</translation>
    </message>
    <message>
        <source>{group} {survival} % ({low} to {high})</source>
        <translation>{group} {survival} %（{low} 至 {high}）</translation>
    </message>
    <message>
        <source>{group}: n = {n}, {events} deaths</source>
        <translation>{group}：n = {n}，死亡 {events} 例</translation>
    </message>
    <message>
        <source>{hu} (interpolated)</source>
        <translation>{hu}（插值）</translation>
    </message>
    <message>
        <source>{label}: {n} of the fitted patients had it, fewer than {limit}, so the score does not reflect it</source>
        <translation>{label}：训练患者中仅 {n} 例，少于 {limit} 例，评分不能反映此项</translation>
    </message>
    <message>
        <source>{list} and {last}</source>
        <translation>{list} 和 {last}</translation>
    </message>
    <message>
        <source>{low} to {high}</source>
        <translation>{low} 至 {high}</translation>
    </message>
    <message>
        <source>{low} to {high} HU</source>
        <translation>{low} 至 {high} HU</translation>
    </message>
    <message>
        <source>{months} months</source>
        <translation>{months} 个月</translation>
    </message>
    <message>
        <source>{months} months: &lt;b&gt;{survival}&amp;nbsp;%&lt;/b&gt;</source>
        <translation>{months} 个月 &lt;b&gt;{survival}&amp;nbsp;%&lt;/b&gt;</translation>
    </message>
    <message>
        <source>{months} months: {survival} %</source>
        <translation>{months} 个月：{survival} %</translation>
    </message>
    <message>
        <source>{names} left out: {why}</source>
        <translation>已略去 {names}：{why}</translation>
    </message>
    <message>
        <source>{name} (settles)</source>
        <translation>{name}（裁定）</translation>
    </message>
    <message>
        <source>{name} and {other} overlap: only segments apart are smoothed together.</source>
        <translation>{name} 与 {other} 重叠：只有互不重叠的分割才能一起平滑。</translation>
    </message>
    <message>
        <source>{name} becomes {n} segments: the largest island stays.</source>
        <translation>{name} 将成为 {n} 个分割：最大的孤岛保留原名。</translation>
    </message>
    <message>
        <source>{name} draws {segment}: {finished} of {count} finished</source>
        <translation>{name} 勾画 {segment}：已完成 {finished} / {count}</translation>
    </message>
    <message>
        <source>{name} ended: {why}</source>
        <translation>{name} 已结束：{why}</translation>
    </message>
    <message>
        <source>{name} has {n} islands: remove the small ones first</source>
        <translation>{name} 有 {n} 个孤岛：请先去除小孤岛</translation>
    </message>
    <message>
        <source>{name} is empty: there is nothing to work on.</source>
        <translation>{name} 为空：没有可处理的内容。</translation>
    </message>
    <message>
        <source>{name} is finished and installed: Predict asks it from now on.</source>
        <translation>{name} 已完成并安装：此后“预测”会使用它。</translation>
    </message>
    <message>
        <source>{name} is fitted and installed.</source>
        <translation>{name} 已训练完成并安装。</translation>
    </message>
    <message>
        <source>{name} is hidden: show it to draw in it.</source>
        <translation>{name} 已隐藏：显示后才能在其中绘制。</translation>
    </message>
    <message>
        <source>{name} is in one piece.</source>
        <translation>{name} 是一个整体。</translation>
    </message>
    <message>
        <source>{name} is locked.</source>
        <translation>{name} 已锁定。</translation>
    </message>
    <message>
        <source>{name} is locked: unlock it first.</source>
        <translation>{name} 已锁定：请先解锁。</translation>
    </message>
    <message>
        <source>{name} is not on this slice.</source>
        <translation>{name} 不在此层上。</translation>
    </message>
    <message>
        <source>{name} lies outside series {series}: nothing is copied.</source>
        <translation>{name} 位于序列 {series} 之外：未复制任何内容。</translation>
    </message>
    <message>
        <source>{name} of series {number}</source>
        <translation>{name}（来自序列 {number}）</translation>
    </message>
    <message>
        <source>{name} only</source>
        <translation>仅 {name}</translation>
    </message>
    <message>
        <source>{name} settles {segment}: {finished} of {count} finished</source>
        <translation>{name} 裁定 {segment}：已完成 {finished} / {count}</translation>
    </message>
    <message>
        <source>{name} was cancelled; it can go on from where it was.</source>
        <translation>{name} 已取消；可从中断处继续。</translation>
    </message>
    <message>
        <source>{name}: stopping; what is finished stays. Cancel again to stop at once.</source>
        <translation>{name}：正在停止；已完成的部分会保留。再次取消则立即停止。</translation>
    </message>
    <message>
        <source>{name}: {value}</source>
        <translation>{name}：{value}</translation>
    </message>
    <message>
        <source>{n} cases, {events} deaths ({groups}). Hazard ratio high to low {ratio} (95 % CI {low} to {high}), log-rank p {p}.</source>
        <translation>{n} 例，死亡 {events} 例（{groups}）。高风险对低风险的风险比 {ratio}（95 % CI {low} 至 {high}），log-rank p {p}。</translation>
    </message>
    <message>
        <source>{n} file</source>
        <translation>{n} 个文件</translation>
    </message>
    <message>
        <source>{n} files</source>
        <translation>{n} 个文件</translation>
    </message>
    <message>
        <source>{n} frames in {n2} file</source>
        <translation>{n2} 个文件中有 {n} 帧</translation>
    </message>
    <message>
        <source>{n} frames in {n2} files</source>
        <translation>{n2} 个文件中有 {n} 帧</translation>
    </message>
    <message>
        <source>{n} frames of reference in one series; places are taken to be of one</source>
        <translation>同一序列中有 {n} 个参考坐标系；位置按同一坐标系处理</translation>
    </message>
    <message>
        <source>{n} image</source>
        <translation>{n} 幅图像</translation>
    </message>
    <message>
        <source>{n} images</source>
        <translation>{n} 幅图像</translation>
    </message>
    <message>
        <source>{n} localizer image</source>
        <translation>{n} 幅定位像</translation>
    </message>
    <message>
        <source>{n} localizer images</source>
        <translation>{n} 幅定位像</translation>
    </message>
    <message>
        <source>{n} of the fitted patients</source>
        <translation>训练患者中 {n} 例</translation>
    </message>
    <message>
        <source>{n} of {n2} bytes</source>
        <translation>{n2} 字节中仅有 {n}</translation>
    </message>
    <message>
        <source>{n} orientations in one series; each is a part of its own</source>
        <translation>一个序列中有 {n} 种方位；各自成为一部分</translation>
    </message>
    <message>
        <source>{n} patient IDs in one study; each is a series of its own</source>
        <translation>一次检查中有 {n} 个患者 ID；各自成为一个序列</translation>
    </message>
    <message>
        <source>{n} place</source>
        <translation>{n} 个位置</translation>
    </message>
    <message>
        <source>{n} places</source>
        <translation>{n} 个位置</translation>
    </message>
    <message>
        <source>{n} secondary capture image</source>
        <translation>{n} 幅二次捕获图像</translation>
    </message>
    <message>
        <source>{n} secondary capture images</source>
        <translation>{n} 幅二次捕获图像</translation>
    </message>
    <message>
        <source>{n} slice</source>
        <translation>{n} 层</translation>
    </message>
    <message>
        <source>{n} slices</source>
        <translation>{n} 层</translation>
    </message>
    <message>
        <source>{path} is not there</source>
        <translation>{path} 不存在</translation>
    </message>
    <message>
        <source>{percent} % of it lies inside the ROI.</source>
        <translation>其中 {percent} % 位于 ROI 内。</translation>
    </message>
    <message>
        <source>{percent} % of it lies outside that series and is left out.</source>
        <translation>其中 {percent} % 位于该序列之外，将被舍去。</translation>
    </message>
    <message>
        <source>{percent} % of the ROI lies outside the lungs&apos; box, where the model sees nothing</source>
        <translation>ROI 的 {percent} % 位于肺部框外，模型看不到该处</translation>
    </message>
    <message>
        <source>{percent} % of the cohort&apos;s own cases are out of range by these checks</source>
        <translation>按这些检查，队列自身有 {percent} % 的病例超出范围</translation>
    </message>
    <message>
        <source>{percent} % sure</source>
        <translation>把握 {percent} %</translation>
    </message>
    <message>
        <source>{percent} of {n}</source>
        <translation>{n} 人中 {percent}</translation>
    </message>
    <message>
        <source>{plane} 2</source>
        <translation>{plane} 2</translation>
    </message>
    <message>
        <source>{positives} of {n} patients that it was fitted on had it ({percent}).</source>
        <translation>训练的 {n} 名患者中有 {positives} 名为阳性（{percent}）。</translation>
    </message>
    <message>
        <source>{range}: {kind}.</source>
        <translation>{range}：{kind}。</translation>
    </message>
    <message>
        <source>{series}: the same image again, drawn on as the first one</source>
        <translation>{series}：同一图像，请在第一个序列上勾画</translation>
    </message>
    <message>
        <source>{told} (series {series})</source>
        <translation>{told}（序列 {series}）</translation>
    </message>
    <message>
        <source>{told}, most of all {example}.</source>
        <translation>{told}，偏离最大者：{example}。</translation>
    </message>
    <message>
        <source>{what} at {what2} that another slice fills already ({names}); the one acquired first is used</source>
        <translation>{what}位于另一层面已占据的{what2}（{names}）；采用最先采集者</translation>
    </message>
    <message>
        <source>{what} cut off ({names}; the first: {why})</source>
        <translation>{what}数据被截断（{names}；首个：{why}）</translation>
    </message>
    <message>
        <source>{what} left out ({names})</source>
        <translation>已略去{what}（{names}）</translation>
    </message>
    <message>
        <source>{what} missing: gaps are whole multiples of {value} mm, up to {most} mm (between slices {names})</source>
        <translation>缺失{what}：间距为 {value} mm 的整数倍，最大 {most} mm（位于层面 {names} 之间）</translation>
    </message>
    <message>
        <source>{what} of {n} compressed with loss</source>
        <translation>{n} 层中{what}为有损压缩</translation>
    </message>
    <message>
        <source>{what} of {n} with BitsAllocated {n2}, BitsStored {n3}, HighBit {n4}; values may not be what they say</source>
        <translation>{n} 层中{what}的 BitsAllocated 为 {n2}、BitsStored 为 {n3}、HighBit 为 {n4}；数值可能有误</translation>
    </message>
    <message>
        <source>{what} of {n} with a rescale slope of {value}; values are not what was measured</source>
        <translation>{n} 层中 {what} 的 rescale 斜率为 {value}；数值不是所测得的值</translation>
    </message>
    <message>
        <source>{what} of {n} with values of the type {names} rather than HU; they are taken for HU</source>
        <translation>{n} 层中 {what} 的数值类型为 {names} 而非 HU；按 HU 处理</translation>
    </message>
    <message>
        <source>{what} of {n} without rescale slope and intercept; stored values are taken for HU</source>
        <translation>{n} 层中{what}缺少 rescale 斜率和截距；存储值视为 HU</translation>
    </message>
    <message>
        <source>{what} with a byte too many before the first element ({names}); read from behind it</source>
        <translation>{what}在首个元素前多一个字节（{names}）；从其后读取</translation>
    </message>
    <message>
        <source>{what} without pixel spacing ({names}); taken to be as the others</source>
        <translation>{what}缺少像素间距（{names}）；视同其他层面</translation>
    </message>
    <message>
        <source>{what} without position or orientation in the patient ({names})</source>
        <translation>{what}缺少在患者体内的位置或方位（{names}）</translation>
    </message>
    <message>
        <source>{what} without position or orientation in the patient ({names}); left out</source>
        <translation>{what}缺少在患者体内的位置或方位（{names}）；已略去</translation>
    </message>
    <message>
        <source>{what} {value} (fitted on {low} to {high})</source>
        <translation>{what} {value}（训练集 {low} 至 {high}）</translation>
    </message>
    <message>
        <source>{what} {value} {unit} (fitted on {low} to {high} {unit2})</source>
        <translation>{what} {value} {unit}（训练集 {low} 至 {high} {unit2}）</translation>
    </message>
    <message>
        <source>{what} {value} {unit} (fitted on {low} {unit2})</source>
        <translation>{what} {value} {unit}（训练集 {low} {unit2}）</translation>
    </message>
    <message>
        <source>{what}. {look}</source>
        <translation>{what}。{look}</translation>
    </message>
    <message>
        <source>{what}; a volume needs at least {limit}</source>
        <translation>仅{what}；容积至少需要 {limit} 层</translation>
    </message>
    <message>
        <source>{what}; a volume needs at least {limit}; its extent across is unknown and taken as 1 mm</source>
        <translation>仅{what}；容积至少需要 {limit} 层；其厚度未知，取 1 mm</translation>
    </message>
    <message>
        <source>{what}; a volume needs at least {limit}; its extent is taken from its nominal thickness, {value} mm</source>
        <translation>仅{what}；容积至少需要 {limit} 层；其厚度取标称层厚 {value} mm</translation>
    </message>
    <message>
        <source>{why}</source>
        <comment>an error line known in English alone</comment>
        <translation>未能完成：{why}</translation>
    </message>
    <message>
        <source>ΔV %</source>
        <translation>ΔV %</translation>
    </message>
    <message>
        <source>▲ ▼: percentage points up or down since it was asked for.</source>
        <translation>▲ ▼：自请求预测以来上升或下降的百分点。</translation>
    </message>
    <message>
        <source>⚠ Over 5 SD from the fitted patients&apos; mean: {n} of its features</source>
        <translation>⚠ 其特征中有 {n} 个偏离训练患者均值超过 5 SD</translation>
    </message>
    <message>
        <source>⚠ This case is unlike those that it was fitted on: these probabilities may be far off.</source>
        <translation>⚠ 此病例与拟合所用的病例不同：这些概率可能严重偏离。</translation>
    </message>
    <message>
        <source>⚠ another patient ID</source>
        <translation>⚠ 患者 ID 不同</translation>
    </message>
    <message>
        <source>⚠ linked by middles</source>
        <translation>⚠ 按中点联动</translation>
    </message>
    <message>
        <source>中文</source>
        <translation>中文</translation>
    </message>
</context>
</TS>
