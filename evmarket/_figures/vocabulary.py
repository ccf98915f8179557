"""The words of published figures, as one table.

Each row is (what the words are, their meaning, their language, the words). Words are
separated by "|". A blank in a word stands for any number of blanks, a hyphen for a
hyphen, a blank or nothing. Case does not matter, and traditional characters are read as
the simplified ones. Of two words that fit, the longer one is read.
"""

from __future__ import annotations

from typing import Any

VOCABULARY: tuple[tuple[str, Any, str, str], ...] = (
    # Hedges before a number: the relation that they state.
    ("hedge", "at_least", "en", "at least|no less than|no fewer than|not less than|"
     "a minimum of|upwards of|≥|>=|not below|no lower than"),
    ("hedge", "at_least", "zh", "不低于|不少于|至少|不下"),
    ("hedge", "at_least", "de", "mindestens"),
    ("hedge", "at_most", "en", "at most|up to|no more than|not more than|"
     "a maximum of|no higher than|≤|<=|as much as|as many as|not exceeding"),
    ("hedge", "at_most", "zh", "不超过|不高于|不多于|至多|最多"),
    ("hedge", "over", "en", "more than|just over|slightly over|well over|over|"
     "exceed|exceeds|exceeded|exceeding|above|just above|topped|topping|surpassed|"
     "surpassing|surpasses|in excess of|higher than|greater than|>|crossed|crossing|"
     "past|breached|beyond|well above"),
    ("hedge", "over", "zh", "超过|超出|超|逾|突破|高于|多于|破|冲破|跨越|越过|首超|"
     "首破|升破|涨破|站上"),
    ("hedge", "over", "de", "mehr als|über"),
    ("hedge", "over", "ja", "超え"),
    ("hedge", "under", "en", "less than|fewer than|below|just below|under|"
     "just under|slightly under|lower than|<|short of|fell short of|shy of|"
     "just shy of|well below"),
    ("hedge", "under", "zh", "不到|不足|低于|少于|未达|未到|跌破|降破|不及|不满|"
     "未能达到|未及"),
    ("hedge", "under", "de", "weniger als|unter"),
    ("hedge", "nearly", "en", "nearly|almost|close to|just short of|approaching|near"),
    ("hedge", "nearly", "zh", "将近|接近|近|逼近|直逼"),
    ("hedge", "nearly", "de", "fast|knapp"),
    ("hedge", "about", "en", "about|around|some|approximately|roughly|approx|"
     "approx.|an estimated|estimated|circa|ca.|~"),
    ("hedge", "about", "zh", "大约|约|约为|约有|大概|估计|预计约"),
    ("hedge", "about", "de", "rund|etwa|ungefähr"),
    ("hedge", "about", "ja", "およそ"),
    ("hedge", "about", "ko", "약"),
    # Hedges after a number.
    ("after", "at_least", "en", "or more|and more|or above|and above|or higher"),
    ("after", "at_least", "zh", "以上|及以上"),
    ("after", "at_most", "en", "or less|or fewer|or below"),
    ("after", "at_most", "zh", "以下|及以下|以内"),
    ("after", "about", "en", "or so"),
    ("after", "about", "zh", "左右|上下"),
    ("some", "and_some", "zh", "余|多|有余"),
    # Numbers in words: tenths and the sign.
    ("word", (10, 1), "en", "double|doubles|doubled|doubling"),
    ("word", (10, 1), "zh", "翻番|翻一番|翻1番|翻了番|翻了一番|翻了1番|翻倍|翻一倍|"
     "翻1倍|翻了倍|翻了一倍|翻了1倍|倍增"),
    ("word", (20, 1), "en", "triple|triples|tripled|tripling"),
    ("word", (30, 1), "en", "quadruple|quadruples|quadrupled|quadrupling"),
    ("word", (30, 1), "zh", "翻两番|翻2番|翻了两番|翻了2番"),
    ("word", (5, -1), "en", "halve|halves|halved|halving"),
    ("word", (5, -1), "zh", "减半|腰斩"),
    ("flat", 0, "en", "flat|unchanged|little changed|stable"),
    ("flat", 0, "zh", "持平|基本持平"),
    # Changes: verbs before a number, nouns before or after it.
    ("verb", 1, "en", "up|rise|rises|rose|risen|rising|increase|increases|increased|"
     "increasing|grow|grows|grew|grown|growing|gain|gains|gained|climb|climbs|"
     "climbed|climbing|jump|jumps|jumped|surge|surges|surged|surging|soar|soars|"
     "soared|soaring|skyrocket|skyrockets|skyrocketed|spike|spikes|spiked|uplift|"
     "leap|leaps|leapt|leaped|advance|advances|advanced|expand|expands|expanded|"
     "rebounded|boom|boomed|swelled|accelerated"),
    ("verb", 1, "zh", "增长|增加|上涨|上升|提升|提高|增|升|涨|微增|大增|激增|猛增|"
     "劲增|飙升|飙涨|大涨|大幅增长|大幅增加|大幅上升|大幅提升|暴增|暴涨|攀升|回升|"
     "走高|上扬|增多|增长了|增加了|上涨了|上升了|提升了|提高了|微涨|微升|急升|跃升|"
     "扩大"),
    ("verb", 1, "de", "gestiegen|gestiegen um|zuwachs|anstieg"),
    ("verb", 1, "ja", "増加|增|伸び"),
    ("verb", 1, "ko", "증가|상승|성장|늘어"),
    ("verb", -1, "en", "down|fall|falls|fell|fallen|falling|decline|declines|"
     "declined|declining|drop|drops|dropped|dropping|decrease|decreases|decreased|"
     "decreasing|slid|slide|slides|slip|slips|slipped|shrink|shrinks|shrank|shrunk|"
     "plunge|plunges|plunged|plunging|reduce|reduced|reduction|dip|dips|dipped|"
     "tumble|tumbles|tumbled|plummet|plummets|plummeted|slump|slumps|slumped|sank|"
     "sunk|contracted|ease|eased|retreated|cut|narrowed|narrowing|shed|"
     "negative growth|de-growth|degrowth"),
    ("verb", -1, "zh", "下降|下滑|下跌|减少|降低|回落|降|减|跌|微降|微减|骤降|锐减|"
     "大跌|大降|大减|大幅下降|大幅下滑|大幅下跌|大幅减少|大幅回落|暴跌|急跌|下挫|"
     "重挫|走低|萎缩|缩减|下降了|下滑了|下跌了|减少了|降低了|微跌|收窄|缩窄|滑落|"
     "衰退|负增长"),
    ("verb", -1, "de", "rückgang|gesunken|gefallen"),
    ("verb", -1, "ja", "减少"),
    ("verb", -1, "ko", "감소|하락|줄어"),
    # Nouns for a rate of change; a level may be said of them.
    ("rate", 1, "en", "growth|growth rate|rate of growth"),
    ("rate", 1, "zh", "增速|增幅|涨幅|升幅|增长率|增长幅度|增长速度"),
    ("rate", -1, "zh", "降幅|跌幅|减幅|下降幅度|降速"),
    ("based", (1, "year"), "zh", "年增|年升|年增长|年成长"),
    ("based", (-1, "year"), "zh", "年减|年跌|年降|年衰退"),
    ("based", (1, "month"), "zh", "月增|月升|月增长"),
    ("based", (-1, "month"), "zh", "月减|月跌|月降"),
    ("based", (1, "quarter"), "zh", "季增|季升"),
    ("based", (-1, "quarter"), "zh", "季减|季跌"),
    ("slowed", -1, "en", "slow|slows|slowed|slowing|moderated|cooled"),
    ("slowed", -1, "zh", "放缓|趋缓|放慢"),
    ("more", 1, "en", "higher|more"),
    ("more", -1, "en", "lower|less|fewer"),
    ("widened", 1, "en", "widen|widens|widened|widening"),
    ("loss", -1, "en", "loss|losses|net loss|net losses|operating loss|a loss|"
     "a net loss"),
    ("loss", -1, "zh", "亏损|净亏损|亏|净亏|净亏损额|亏损额"),
    ("of_loss", -1, "zh", "减亏|亏损收窄|亏损减少"),
    ("of_loss", 1, "zh", "增亏"),
    ("turned", "TURNED_PROFIT", "en", "turned to profit|turned to a profit|"
     "turned profitable|swung to profit|swung to a profit|returned to profit"),
    ("turned", "TURNED_PROFIT", "zh", "扭亏为盈|扭亏|由亏转盈|扭亏为赢|转亏为盈"),
    ("turned", "TURNED_LOSS", "en", "turned to loss|turned to a loss|"
     "swung to a loss|swung to loss"),
    ("turned", "TURNED_LOSS", "zh", "由盈转亏|转亏|盈转亏"),
    # What a change is measured against.
    ("base", "year", "en", "year-on-year|year-over-year|yoy|y/y|y-o-y|"
     "year on year basis|from a year earlier|from a year ago|from the year earlier|"
     "from the previous year|from the prior year|from last year|"
     "from the same period last year|from the same period a year earlier|"
     "from the same month last year|from the same month a year earlier|"
     "from the same quarter last year|than a year earlier|than a year ago|"
     "than last year|compared with a year earlier|"
     "compared with the same period last year|compared to the same period last year|"
     "compared with last year|compared to last year|over the same period last year|"
     "on the same month last year|on the same period last year|"
     "over the same month last year|on the year|on year|on an annual basis|"
     "on a year-on-year basis|over the previous year|over the year|"
     "against a year earlier|versus a year earlier|"
     "from the corresponding period last year|"
     "over the corresponding period last year"),
    ("base", "year", "zh", "同比|比上年|比上年同期|较上年|较上年同期|比去年|"
     "比去年同期|较去年|较去年同期|与去年同期相比|与上年同期相比|相比去年同期|按年|"
     "年比|同比去年|较前一年|比上一年"),
    ("base", "year", "ja", "前年同月比|前年同期比|前年比|前年度比"),
    ("base", "year", "ko", "전년|전년동월|전년동기|전년 동월 대비|전년 동기 대비|"
     "전년 대비|전년동월 대비|전년동기 대비|전년대비|전년동월대비|전년동기대비"),
    ("base", "year", "de", "gegenüber dem vorjahr|gegenüber vorjahr|"
     "im vergleich zum vorjahr|zum vorjahr|ggü. vorjahr"),
    ("base", "month", "en", "month-on-month|month-over-month|mom|m/m|m-o-m|"
     "from a month earlier|from the previous month|from the prior month|"
     "from last month|than a month earlier|on the month|on month|"
     "over the previous month"),
    ("base", "month", "zh", "环比|比上月|较上月|按月|较前月|比上个月|较上个月"),
    ("base", "month", "ja", "前月比"),
    ("base", "month", "ko", "전월 대비|전월대비"),
    ("base", "quarter", "en", "quarter-on-quarter|quarter-over-quarter|qoq|q/q|"
     "q-o-q|from a quarter earlier|from the previous quarter|from the prior quarter|"
     "from last quarter|sequentially|quarter on quarter basis"),
    ("base", "quarter", "zh", "比上季度|较上季度|比上季|较上季|按季|季比"),
    # Words that lead to a number, and words between a verb and its number.
    ("to", None, "en", "to"),
    ("to", None, "zh", "达到|达|至|到|为|至约|到了|达至"),
    ("to", None, "de", "auf"),
    ("by", None, "en", "by|of"),
    ("by", None, "de", "um|von"),
    ("lead", None, "en", "reach|reaches|reached|reaching|total|totaled|totalled|"
     "totaling|totalling|stood at|stands at|standing at|was|were|is|are|came in at|"
     "came to|amounted to|amounting to|hit|hits|hitting|a total of|total of|"
     "accounted for|accounting for|made up|make up|makes up|making up|took up|"
     "takes up|recorded|posted|registered|achieved|delivered|sold|exported|at"),
    ("lead", None, "zh", "共|共计|累计|合计|总计|占比|占|占比为|占比达|占比约|高达|"
     "多达|实现|完成|已|已达|仅|是|计|总额|占到|新增|净增"),
    ("skip", None, "en", "an|a|the|will|has|have|had|been|be|rate|year-to-date|"
     "edged|inched|ticked|slightly|sharply|significantly|strongly|modestly|steadily|"
     "further|sharp|strong|slight|only|just|record|respective|also|it"),
    ("skip", None, "zh", "了|率|的|则|又|再|均|大幅|小幅|继续|略|比例"),
    ("stop", None, "zh", "大关|关口|大关口"),
    ("stop", None, "en", "mark|the mark|threshold|milestone"),
    # Ranges.
    ("between", None, "en", "between"),
    ("between", None, "zh", "介于|在"),
    ("end", None, "zh", "之间"),
    ("and", None, "en", "and"),
    ("and", None, "zh", "和|与"),
    ("from", None, "en", "from"),
    ("from", None, "zh", "从|由|自"),
    # Signs.
    ("sign", -1, "", "-"),
    ("sign", -1, "en", "minus|negative"),
    ("sign", -1, "zh", "负"),
    ("sign", 1, "", "+"),
    ("sign", 1, "de", "plus"),
    # Units, with the power of ten that they stand for.
    ("unit", ("pp", -2), "en", "percentage-point|percentage-points|ppt|ppts|pp|pps|"
     "pct pt|pct pts|pcts|%-pts|% points|%pts|percent-point|percent-points|%-point"),
    ("unit", ("pp", -2), "zh", "百分点|个百分点|个pct|个pcts|个点"),
    ("unit", ("pp", -2), "de", "prozentpunkte|prozentpunkt|prozentpunkten"),
    ("unit", ("pp", -4), "en", "basis-point|basis-points|bp|bps"),
    ("unit", ("pp", -4), "zh", "基点|个基点"),
    ("unit", ("percent", -2), "en", "percent|per cent|%"),
    ("unit", ("percent", -2), "de", "prozent"),
    ("unit", ("percent", -2), "ko", "퍼센트"),
    ("unit", ("percent", -1), "zh", "成"),
    ("unit", ("multiple", 0), "en", "times|x"),
    ("unit", ("multiple", 0), "zh", "倍"),
    ("fold", ("multiple", 0), "en", "-fold"),
    ("percent_of", None, "zh", "百分之"),
    # Scales.
    ("scale", 12, "en", "trillion|trillions|trn|tn|lakh crore"),
    ("scale", 9, "en", "billion|billions|bln|bn|b"),
    ("scale", 7, "en", "crore|crores|cr"),
    ("scale", 6, "en", "million|millions|mln|mn|m"),
    ("scale", 5, "en", "lakh|lakhs|lac"),
    ("scale", 3, "en", "thousand|thousands|k"),
    ("scale", 12, "zh", "万亿"),
    ("scale", 11, "zh", "千亿"),
    ("scale", 10, "zh", "百亿"),
    ("scale", 9, "zh", "十亿"),
    ("scale", 8, "zh", "亿"),
    ("scale", 7, "zh", "千万"),
    ("scale", 6, "zh", "百万"),
    ("scale", 5, "zh", "十万"),
    ("scale", 4, "zh", "万"),
    ("scale", 3, "zh", "千"),
    ("scale", 12, "ja", "兆"),
    ("scale", 12, "ko", "조"),
    ("scale", 8, "ko", "억"),
    ("scale", 4, "ko", "만"),
    ("scale", 9, "de", "milliarde|milliarden|mrd|mrd."),
    ("scale", 6, "de", "millionen|mill.|mio|mio."),
    ("scale", 3, "de", "tausend|tsd|tsd."),
    # Money: the code of ISO 4217. What is named stands after a number only.
    ("money", "CNY", "en", "rmb|cny|renminbi|cn¥|¥"),
    ("money", "CNY", "zh", "人民币"),
    ("named", "CNY", "en", "yuan|yuan renminbi"),
    ("named", "CNY", "zh", "元|元人民币|人民币元"),
    ("money", "USD", "en", "usd|us$|$"),
    ("named", "USD", "en", "dollar|dollars|us dollar|us dollars|u.s. dollars"),
    ("money", "USD", "zh", "美元|美金"),
    ("money", "AUD", "en", "aud|a$"),
    ("named", "AUD", "en", "australian dollars"),
    ("named", "AUD", "zh", "澳元"),
    ("money", "HKD", "en", "hkd|hk$"),
    ("named", "HKD", "en", "hong kong dollars"),
    ("money", "HKD", "zh", "港元|港币"),
    ("money", "TWD", "en", "twd|nt$"),
    ("money", "TWD", "zh", "新台币"),
    ("money", "SGD", "en", "sgd|s$"),
    ("named", "SGD", "zh", "新加坡元"),
    ("money", "CAD", "en", "cad|c$"),
    ("named", "CAD", "zh", "加元"),
    ("money", "EUR", "en", "eur|€"),
    ("named", "EUR", "en", "euro|euros"),
    ("money", "EUR", "zh", "欧元"),
    ("money", "GBP", "en", "gbp|£"),
    ("named", "GBP", "en", "pound|pounds|pounds sterling"),
    ("money", "GBP", "zh", "英镑"),
    ("money", "JPY", "en", "jpy"),
    ("named", "JPY", "en", "yen"),
    ("money", "JPY", "zh", "日元"),
    ("money", "JPY", "ja", "円"),
    ("money", "KRW", "en", "krw|₩"),
    ("named", "KRW", "en", "won"),
    ("money", "KRW", "zh", "韩元"),
    ("money", "KRW", "ko", "원"),
    ("money", "INR", "en", "inr|rs|rs.|₹"),
    ("named", "INR", "en", "rupee|rupees"),
    ("money", "CHF", "en", "chf"),
    ("money", "SEK", "en", "sek"),
    # What is counted.
    ("noun", None, "en", "vehicle|vehicles|car|cars|automobile|automobiles|auto|"
     "autos|unit|units|nev|nevs|ev|evs|bev|bevs|phev|phevs|robotaxi|robotaxis|suv|"
     "suvs|sedan|sedans|truck|trucks|bus|buses|motorcycles|passenger|electric|"
     "battery-electric|new-energy|all-electric|plug-in|hybrid|hybrids|new|energy|private|commercial|"
     "charging|square|pure|premium|people|employees|customers|users|store|stores|"
     "outlet|outlets|station|stations|pile|piles|country|countries|region|regions|"
     "factories|city|cities|model|models|brand|brands|delivery|deliveries|"
     "registration|registrations|order|orders|trip|trips|set|sets|meters|metres|"
     "courts|sales|exports|share|market share|kwh|gwh|mwh|km|tonnes|tons|shares"),
    ("noun", None, "zh", "辆|辆次|台|台次|套|汽车|新能源|新能源汽车|新能源车|乘用车|"
     "商用车|车|家|座|个|国家|地区|次|人|户|吨|款|平方米|城市|千瓦时|度|公里|万公里|"
     "门店|市场份额|份额|订单|部|件|艘|架|只|股|人次|千瓦|兆瓦|吉瓦|千克|千米|公斤"),
    ("noun", None, "de", "fahrzeuge|autos|stück|einheiten|neuzulassungen|pkw"),
    ("noun", None, "ko", "대"),
)  # fmt: skip
"""The table."""

HEDGES = {
    "about": "about",
    "nearly": "nearly",
    "over": "more than",
    "at_least": "at least",
    "under": "less than",
    "at_most": "at most",
}
"""The relations that words before a number state, with those words."""

TRADITIONAL = str.maketrans(
    "萬億輛個點長減約餘達過虧損臺環營從為與間負漲頂較國區車門訂單層幾兩單總計實現佔將間業華氣運開"
    "範圍戶噸畝華歐鎊韓幣當盈轉僅漸衝躍繼續幅進線標準價際電動駕駛銷額歲産産価増処",
    "万亿辆个点长减约余达过亏损台环营从为与间负涨顶较国区车门订单层几两单总计实现占将间业华气运开"
    "范围户吨亩华欧镑韩币当盈转仅渐冲跃继续幅进线标准价际电动驾驶销额岁产产价增处",
)
"""Traditional and Japanese characters to the simplified ones."""
