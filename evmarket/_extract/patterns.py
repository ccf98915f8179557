"""What ends a sentence, what is no figure, and the words that decide about one."""

from __future__ import annotations

import re

from .._figures.reading import NUMBER

SENTENCE = re.compile(
    r"[。!?\n]+|;+|(?<=[^A-Z\d.])\.(?=\s|$|[\"'”])|(?<=[\d%])\.(?=\s+[A-Z]|\s*$)"
)
CLAUSE = re.compile(r"[,;:()\[\]。、\"“”!?\n]|\.(?=\s|$)")
DIGITS = re.compile(NUMBER)
STRONG = ("to", "loss", "hedge", "money", "percent_of", "of_loss")
LEADS = (
    "reach", "reaches", "reached", "reaching", "total", "totaled", "totalled",
    "totaling", "totalling", "stood at", "stands at", "standing at", "came in at",
    "came to", "amounted to", "amounting to", "hit", "hits", "hitting", "a total of",
    "total of", "共", "共计", "累计", "合计", "总计", "高达", "多达",
)  # fmt: skip
"""The lead-ins beside which a bare number is a figure."""

MONTHS = (
    "jan(?:uary)?|feb(?:ruary)?|mar(?:ch)?|apr(?:il)?|may|june?|july?|aug(?:ust)?|"
    "sept?(?:ember)?|oct(?:ober)?|nov(?:ember)?|dec(?:ember)?"
)
COUNTED = (
    "个?(?:月|季度)(?![增减])|年(?![增减])|日(?!元)|号|时|点|分|小时|分钟|天|岁|届|期|周|"
    "级|代|位|名"
)
YEAR = r"(?:18|19|20|21)\d\d"
DATE = re.compile(
    rf"(?:{MONTHS})\.? ?\d{{1,2}}(?:st|nd|rd|th)?(?!\d)(?:, ?\d{{4}})?"
    rf"|\d{{1,2}}(?:st|nd|rd|th)? (?:{MONTHS})(?![a-z])(?:,? \d{{4}})?"
    rf"|{YEAR}[-/]\d{{1,2}}(?:[-/]\d{{1,2}})?(?!\d)|\d{{1,2}}:\d{{2}}(?::\d{{2}})?"
    rf"|{YEAR}\.\d\d?\.\d\d?(?!\d)|{YEAR}\.(?:0\d|1[0-2])(?![\d万亿千百%])"
    rf"|(?:\d{{1,4}} ?[-~至到] ?)?\d{{1,4}} ?(?:{COUNTED})"
    r"|第 ?\d+|no\. ?\d+|[a-z]+(?:\.|-)?\d[\w+.]*|\d+(?:st|nd|rd|th)(?![a-z])"
    r"|\b(?:3|6|9|12)m(?![a-z])"  # the first nine months
    r"|(?<![\d,.])\+?\d[\d ]*(?:-\d{3,}){2,}|(?<![\d,.])0\d+-\d{5,}"
    r"|\+\d{1,3} [\d ]{6,}|\d+/\d+(?:/\d+)?"
    rf"|(?<![\d.,%]){YEAR} ?(?:[-~至到] ?(?:{YEAR}|\d\d))?(?![\d%]|[,.]\d)",
)
"""What has digits and is no figure: dates, times, names, ranks, telephone numbers."""
YEARS = re.compile(YEAR)
DENIED = re.compile(
    r"(?:\b(?:not|never|nowhere|hardly)|n't|没有|没|未|不|并非|而非|正负"
    r"|[$€£¥₩₹±▲▼△▽↑↓])\s*$"
)
"""Before a figure: it does not say what its words say, or has another sign or money."""
APART = re.compile(r"(?:不足|不到|未达|超过|逾)[^\d,。]{1,8}的\s*$")
"""Before a number: a limit that other words separate from it."""
ONLY = re.compile(r"\s*(?:only|just|merely|仅|只)")
MOVING = re.compile(
    r"(?:\b(?:narrow|slow|widen|moderat|cool)(?:ed|s|ing)?|收窄|缩窄|放缓|趋缓|放慢)"
    r"\s*(?:to|by|至|到|了|为)?\s*$"
)
"""Before a figure: a rate moves, whose own direction is not told."""
FOREIGN = re.compile(
    r"\s*(?:baht|pesos?|rou?bles?|lira|ringgit|rupiah|reais|real|rand|dirhams?|riyals?"
    r"|kron[aeor]+|dong|francs?|泰铢|卢布|卢比|林吉特|雷亚尔|比索|里拉|法郎|兰特|迪拉姆"
    r"|越南盾|印尼盾|新元|瑞郎|克朗|[±▲▼△▽↑↓]|(?:below|above|short of)\b)"
)
"""After a figure: money, a sign or a side that the reader of figures does not know."""
THINGS = (
    "vehicle", "vehicles", "cars", "units", "people", "employees", "stores", "outlets",
    "stations", "sets", "trips", "tonnes", "tons", "shares", "kwh", "gwh", "mwh", "km",
    "customers", "users", "辆", "台", "套", "家", "座", "个", "次", "人", "户", "吨",
    "公里", "千瓦时", "辆次", "台次", "人次", "件", "部", "艘", "架", "只", "股",
)  # fmt: skip
"""What is counted where four digits before it are no year."""
FROM = re.compile(r"(?:\bfrom|从|由|自)\s*$")
"""Before the first of two levels, of which the second is the later one."""
SCALES = re.compile(r"[万亿千百만억천]+(?=\d)")
"""Between the parts of one number: 1亿2000万."""
LOOSE = ("verb", "rate", "more", "base", "skip", "to", "by", "lead")
"""The words after a number that may belong to the next one."""
CHANGING = ("verb", "rate", "based", "loss", "of_loss", "hedge", "sign", "slowed")
"""The words that a figure cannot lose without a change of its meaning."""
