"""Running articles and the figures that a reader of text should find in them.

`SEED` lists the 45 figures with digits of the article of the dataset "guangzhou", in
order of appearance, `SEED_PAIRS` its 10 growths that stand beside their level. A range
is one figure. Dates, years, clock times, ranks, telephone numbers, stock codes and
digits in names of models are no figures; number words without digits are not listed.

A figure is (text, occurrence, low, high, kind): the text is a substring of the article,
the occurrence says which one, counted from 0. A percentage is a fraction, a loss is
negative, money is in the unit of its currency. What matters in a text is its digits: a
reader may take in fewer or more words. A pair is (text of the growth, text of its
level); both are texts of figures listed once.

`ARTICLES` has three articles written for the tests from figures that were published: a
maker's month, an association's month and a quarter's results. Each is a dict: "text",
"figures" with all of its figures, "pairs" with all of its pairs, and "optional_pairs"
with changes in percentage points and the share they belong to, which a reader may link
or leave. Any other pair is false, in lists with "respectively" above all.
"""

from __future__ import annotations

from math import inf

SEED = [
    ("139,000 electric vehicles", 0, 138_500, 139_500, "number"),
    ("a year-on-year increase of 80%", 0, 0.795, 0.805, "growth"),
    ("16.49 billion yuan", 0, 16.485e9, 16.495e9, "number"),
    ("a year-on-year increase of 70.3%", 0, 0.7025, 0.7035, "growth"),
    ("nearly 130,000 vehicles", 0, 125_000, 130_000, "number"),
    ("an increase rate of 47%", 0, 0.465, 0.475, "growth"),
    ("45,000 vehicles", 0, 44_500, 45_500, "number"),
    ("a year-on-year increase of 96%", 0, 0.955, 0.965, "growth"),
    ("30 countries and regions", 0, 29.5, 30.5, "number"),
    ("reached 150", 0, 145, 155, "number"),
    ("over 10,000 deliveries", 0, 10_000, inf, "number"),
    ("60 countries and regions", 0, 59.5, 60.5, "number"),
    ("more than 47 countries and regions", 0, 47, inf, "number"),
    ("1,809 vehicles", 0, 1_808.5, 1_809.5, "number"),
    ("growth rate of 714.9%", 0, 7.1485, 7.1495, "growth"),
    ("1,995 vehicles", 0, 1_994.5, 1_995.5, "number"),
    ("an increase rate of 308.8%", 0, 3.0875, 3.0885, "growth"),
    ("less than 40,000", 0, 0, 40_000, "number"),
    ("31 countries and regions", 0, 30.5, 31.5, "number"),
    ("increased to 54%", 0, 0.535, 0.545, "percent"),
    ("30% - 40%", 0, 0.3, 0.4, "percent"),
    ("to 28.2%", 0, 0.2815, 0.2825, "percent"),
    ("drop to 15.2%", 0, 0.1515, 0.1525, "percent"),
    ("290,000 vehicles", 0, 285_000, 295_000, "number"),
    ("decline of 22.62%", 0, -0.22625, -0.22615, "growth"),
    ("319,200 vehicles", 0, 319_150, 319_250, "number"),
    ("decline of 23.02%", 0, -0.23025, -0.23015, "growth"),
    ("loss of 8 billion to 9 billion yuan", 0, -9e9, -8e9, "number"),
    ("about 20,000 vehicles", 0, 19_500, 20_500, "number"),
    ("decrease of 34.1%", 0, -0.3415, -0.3405, "growth"),
    ("25,000 square meters", 0, 24_500, 25_500, "number"),
    ("about 60 standard basketball courts", 0, 59.5, 60.5, "number"),
    ("150 deliveries", 0, 145, 155, "number"),
    ("more than 25,000 times", 0, 25_000, inf, "number"),
    ("exceeded 10 trillion yuan", 0, 1e13, inf, "number"),
    ("440.3 billion yuan", 0, 440.25e9, 440.35e9, "number"),
    ("increase of 7.5%", 0, 0.0745, 0.0755, "growth"),
    ("was 4.4%", 0, 0.0435, 0.0445, "percent"),
    ("level of 6%", 0, 0.055, 0.065, "percent"),
    ("was 16.97%", 0, 0.16965, 0.16975, "percent"),
    ("was 19.82%", 0, 0.19815, 0.19825, "percent"),
    ("increased by only 1.2%", 0, 0.0115, 0.0125, "growth"),
    ("decline of 1.6%", 0, -0.0165, -0.0155, "growth"),
    ("at least 1,200 Robotaxis", 0, 1_200, inf, "number"),
    ("more than 200 Robotaxis", 0, 200, inf, "number"),
]

SEED_PAIRS = [
    ("a year-on-year increase of 80%", "139,000 electric vehicles"),
    ("a year-on-year increase of 70.3%", "16.49 billion yuan"),
    ("an increase rate of 47%", "nearly 130,000 vehicles"),
    ("a year-on-year increase of 96%", "45,000 vehicles"),
    ("growth rate of 714.9%", "1,809 vehicles"),
    ("an increase rate of 308.8%", "1,995 vehicles"),
    ("decline of 22.62%", "290,000 vehicles"),
    ("decline of 23.02%", "319,200 vehicles"),
    ("decrease of 34.1%", "about 20,000 vehicles"),
    ("increase of 7.5%", "440.3 billion yuan"),
]

_MONTH = """\
HONG KONG, January 1, 2024 - Geely Automobile Holdings Limited (stock codes 175 and \
80175) sold 150,453 vehicles in December 2023, an increase of about 3% on the same \
month last year. Sales of the full year reached 1,686,516 units, up 18% year on year, \
against a target of 1,650,000 units.

Zeekr delivered 13,476 vehicles, up 19% from a year earlier. Livan had a weak month: \
its sales fell 66% to 3,900 units. Battery electric and plug-in hybrid cars came to \
34,156 units and 26,291 units, down 10% and up 295%, respectively.

Exports ended 2023 at 274,101 units. This was an increase of 38% year on year.

The Zeekr 007 competes with the Tesla Model 3, the Volkswagen ID.4 and the BYD Han EV; \
the Galaxy E8 follows on January 5. Among Chinese makers the group ranked No. 2.

For 2024 the group aims at sales of 1.9 million vehicles, up 13%, and wants sales of \
new energy vehicles to grow by more than 66%. Its parent had expected nearly 2.8 \
million vehicles for 2023. In the end aggregate sales rose 20% to 2.79 million units, \
and electrified models made up 35% of them. It was the sixth year in a row with more \
than 2 million units.

Media contact: +86 571 5555 0100, 1760 Jiangling Road, Hangzhou 310051.
"""

_ASSOCIATION = """\
据乘联会2023年12月8日消息，11月新能源乘用车零售84.1万辆，\
同比增长39.8%，环比增长8.9%。1至11月累计零售680.9万辆，同比增长35.2%。

批发方面，11月同比增长31.5%至96.2万辆，渗透率为37.7%，\
较上年同期提升1.7个百分点；1-11月批发770余万辆。\
自主品牌渗透率达51%，豪华车为35.2%，主流合资品牌不足8%。

分动力看，纯电动和插电混动批发分别为65.3万辆和30.9万辆，\
同比分别增长15.2%和86.9%。插电混动占比32%，提高9个百分点；\
纯电动占比68%，下降9个百分点。增程式约9万辆，同比大增233%。

11月出口8.6万辆，占乘用车出口的23.5%。1-11月累计出口94万辆。\
该数字同比增长75%。

特斯拉中国批发82,432辆，环比增长14.31%，Model 3和Model Y均产自上海。\
批发超2万辆的车型有26款，其中新能源11款；\
比亚迪宋以61,694辆排第1位，市场上的新车还有问界M7、小鹏P7i和深蓝S7。

10万至20万元的车型需求较强。乘联会去年底预计2023年销量850万辆左右。\
咨询电话：400-555-0100。
"""

_RESULTS = """\
GUANGZHOU, November 19, 2024 - XPeng Inc. (NYSE: XPEV and HKEX: 9868) published its \
unaudited results for the three months ended September 30, 2024.

Total revenues were RMB10.10 billion (US$1.44 billion), an increase of 18.4% from the \
same period of 2023. Revenues from vehicle sales rose 12.1% to RMB8.80 billion. The \
company delivered 46,533 vehicles, up 16.3% year on year; among them were the first \
MONA M03 cars, priced from RMB119,800.

Gross margin was 15.3%, up 18.0 percentage points from a year earlier. Vehicle margins \
in the second and the third quarter were 6.4% and 8.6%, respectively.

Net loss was RMB1.81 billion, compared with a loss of RMB3.89 billion in the third \
quarter of 2023. The loss fell 53.5%. Research and development expenses of RMB1.63 \
billion were up 25.1% year over year. Cash and deposits totaled RMB35.75 billion, down \
from RMB37.33 billion at the end of June.

The network had 639 stores in 206 cities and 1,557 charging stations, the newest of \
type S4. The P7+, launched on November 7, took pre-orders of more than 30,000 units.

For the fourth quarter the company expects deliveries between 87,000 and 91,000 \
vehicles, a year-on-year increase of 44.6% to 51.3%, and total revenues of RMB15.3 \
billion to RMB16.2 billion, up 17.2% to 24.1%.

The call starts at 8:00 AM; dial +1-412-555-0100, passcode 10012345.
"""

ARTICLES = [
    {
        "name": "a maker's month",
        "language": "en",
        "text": _MONTH,
        "figures": [
            ("150,453 vehicles", 0, 150_452.5, 150_453.5, "number"),
            ("an increase of about 3%", 0, 0.025, 0.035, "growth"),
            ("1,686,516 units", 0, 1_686_515.5, 1_686_516.5, "number"),
            ("up 18% year on year", 0, 0.175, 0.185, "growth"),
            ("1,650,000 units", 0, 1_645_000, 1_655_000, "number"),
            ("13,476 vehicles", 0, 13_475.5, 13_476.5, "number"),
            ("up 19% from a year earlier", 0, 0.185, 0.195, "growth"),
            ("fell 66%", 0, -0.665, -0.655, "growth"),
            ("3,900 units", 0, 3_850, 3_950, "number"),
            ("34,156 units", 0, 34_155.5, 34_156.5, "number"),
            ("26,291 units", 0, 26_290.5, 26_291.5, "number"),
            ("down 10%", 0, -0.105, -0.095, "growth"),
            ("up 295%", 0, 2.945, 2.955, "growth"),
            ("274,101 units", 0, 274_100.5, 274_101.5, "number"),
            ("an increase of 38% year on year", 0, 0.375, 0.385, "growth"),
            ("1.9 million vehicles", 0, 1_850_000, 1_950_000, "number"),
            ("up 13%", 0, 0.125, 0.135, "growth"),
            ("grow by more than 66%", 0, 0.66, inf, "growth"),
            ("nearly 2.8 million vehicles", 0, 2_750_000, 2_800_000, "number"),
            ("rose 20%", 0, 0.195, 0.205, "growth"),
            ("2.79 million units", 0, 2_785_000, 2_795_000, "number"),
            ("35%", 0, 0.345, 0.355, "percent"),
            ("more than 2 million units", 0, 2_000_000, inf, "number"),
        ],
        "pairs": [
            ("an increase of about 3%", "150,453 vehicles"),
            ("up 18% year on year", "1,686,516 units"),
            ("up 19% from a year earlier", "13,476 vehicles"),
            ("fell 66%", "3,900 units"),
            ("up 13%", "1.9 million vehicles"),
            ("rose 20%", "2.79 million units"),
        ],
        "optional_pairs": [],
    },
    {
        "name": "an association's month",
        "language": "zh",
        "text": _ASSOCIATION,
        "figures": [
            ("84.1万辆", 0, 840_500, 841_500, "number"),
            ("同比增长39.8%", 0, 0.3975, 0.3985, "growth"),
            ("环比增长8.9%", 0, 0.0885, 0.0895, "growth"),
            ("680.9万辆", 0, 6_808_500, 6_809_500, "number"),
            ("同比增长35.2%", 0, 0.3515, 0.3525, "growth"),
            ("同比增长31.5%", 0, 0.3145, 0.3155, "growth"),
            ("96.2万辆", 0, 961_500, 962_500, "number"),
            ("37.7%", 0, 0.3765, 0.3775, "percent"),
            ("较上年同期提升1.7个百分点", 0, 0.0165, 0.0175, "pp"),
            ("770余万辆", 0, 7_700_000, 7_800_000, "number"),
            ("达51%", 0, 0.505, 0.515, "percent"),
            ("35.2%", 1, 0.3515, 0.3525, "percent"),
            ("不足8%", 0, 0, 0.08, "percent"),
            ("65.3万辆", 0, 652_500, 653_500, "number"),
            ("30.9万辆", 0, 308_500, 309_500, "number"),
            ("增长15.2%", 0, 0.1515, 0.1525, "growth"),
            ("86.9%", 0, 0.8685, 0.8695, "growth"),
            ("占比32%", 0, 0.315, 0.325, "percent"),
            ("提高9个百分点", 0, 0.085, 0.095, "pp"),
            ("占比68%", 0, 0.675, 0.685, "percent"),
            ("下降9个百分点", 0, -0.095, -0.085, "pp"),
            ("约9万辆", 0, 85_000, 95_000, "number"),
            ("同比大增233%", 0, 2.325, 2.335, "growth"),
            ("8.6万辆", 0, 85_500, 86_500, "number"),
            ("23.5%", 0, 0.2345, 0.2355, "percent"),
            ("94万辆", 0, 935_000, 945_000, "number"),
            ("同比增长75%", 0, 0.745, 0.755, "growth"),
            ("82,432辆", 0, 82_431.5, 82_432.5, "number"),
            ("环比增长14.31%", 0, 0.14305, 0.14315, "growth"),
            ("超2万辆", 0, 20_000, inf, "number"),
            ("26款", 0, 25.5, 26.5, "number"),
            ("11款", 0, 10.5, 11.5, "number"),
            ("61,694辆", 0, 61_693.5, 61_694.5, "number"),
            ("10万至20万元", 0, 100_000, 200_000, "number"),
            ("850万辆左右", 0, 8_450_000, 8_550_000, "number"),
        ],
        "pairs": [
            ("同比增长39.8%", "84.1万辆"),
            ("环比增长8.9%", "84.1万辆"),
            ("同比增长35.2%", "680.9万辆"),
            ("同比增长31.5%", "96.2万辆"),
            ("同比大增233%", "约9万辆"),
            ("环比增长14.31%", "82,432辆"),
        ],
        "optional_pairs": [
            ("较上年同期提升1.7个百分点", "37.7%"),
            ("提高9个百分点", "占比32%"),
            ("下降9个百分点", "占比68%"),
        ],
    },
    {
        "name": "a quarter's results",
        "language": "en",
        "text": _RESULTS,
        "figures": [
            ("RMB10.10 billion", 0, 10.095e9, 10.105e9, "number"),
            ("US$1.44 billion", 0, 1.435e9, 1.445e9, "number"),
            ("an increase of 18.4%", 0, 0.1835, 0.1845, "growth"),
            ("rose 12.1%", 0, 0.1205, 0.1215, "growth"),
            ("RMB8.80 billion", 0, 8.795e9, 8.805e9, "number"),
            ("46,533 vehicles", 0, 46_532.5, 46_533.5, "number"),
            ("up 16.3% year on year", 0, 0.1625, 0.1635, "growth"),
            ("RMB119,800", 0, 119_750, 119_850, "number"),
            ("15.3%", 0, 0.1525, 0.1535, "percent"),
            ("up 18.0 percentage points", 0, 0.1795, 0.1805, "pp"),
            ("6.4%", 0, 0.0635, 0.0645, "percent"),
            ("8.6%", 0, 0.0855, 0.0865, "percent"),
            ("Net loss was RMB1.81 billion", 0, -1.815e9, -1.805e9, "number"),
            ("a loss of RMB3.89 billion", 0, -3.895e9, -3.885e9, "number"),
            ("The loss fell 53.5%", 0, -0.5355, -0.5345, "growth"),
            ("RMB1.63 billion", 0, 1.625e9, 1.635e9, "number"),
            ("up 25.1% year over year", 0, 0.2505, 0.2515, "growth"),
            ("RMB35.75 billion", 0, 35.745e9, 35.755e9, "number"),
            ("RMB37.33 billion", 0, 37.325e9, 37.335e9, "number"),
            ("639 stores", 0, 638.5, 639.5, "number"),
            ("206 cities", 0, 205.5, 206.5, "number"),
            ("1,557 charging stations", 0, 1_556.5, 1_557.5, "number"),
            ("more than 30,000 units", 0, 30_000, inf, "number"),
            ("between 87,000 and 91,000 vehicles", 0, 87_000, 91_000, "number"),
            ("increase of 44.6% to 51.3%", 0, 0.446, 0.513, "growth"),
            ("RMB15.3 billion to RMB16.2 billion", 0, 15.3e9, 16.2e9, "number"),
            ("up 17.2% to 24.1%", 0, 0.172, 0.241, "growth"),
        ],
        "pairs": [
            ("an increase of 18.4%", "RMB10.10 billion"),
            ("rose 12.1%", "RMB8.80 billion"),
            ("up 16.3% year on year", "46,533 vehicles"),
            ("up 25.1% year over year", "RMB1.63 billion"),
            ("increase of 44.6% to 51.3%", "between 87,000 and 91,000 vehicles"),
            ("up 17.2% to 24.1%", "RMB15.3 billion to RMB16.2 billion"),
        ],
        "optional_pairs": [("up 18.0 percentage points", "15.3%")],
    },
]
