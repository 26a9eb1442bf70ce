"""Brings the many ways to write a word to one, for matching only; nobody is shown the result."""

import unicodedata
from typing import Final

# Letters whose look changes when compatibility or case are folded: mapped before that.
_LOST_IN_FOLDING: Final = ("ΑΒΕΖΗΙΚΜΝΟΡΤΥΧϹϲςВЕКМНОРСТУХЅІЈ", "abezhikmnoptyxcccbekmhopctyxsij")

_LOOKALIKES: Final = (
    ("абвгдеёзийікљмнопрстуўфхцьѕјӏһԁԛԝѵғҝңөүұ", "a6brdee3nnikjmhonpctyyoxubsjlhdqwvfknoyy"),
    ("αβγεζηθικλμνξορςστυφχωϲϳ", "abyezn0ikluneopcotuoxwcj"),
    ("ıłøđħŧŋƀɓƈɖɗɘɛɠɡɢɦɩɨɪʝƙɫɭɱɲɳƞɵƥɋɽɾʀʂʃƭʈʉʋɣʏʐƶɑɒɔǝəɐɹʇʌʍʎ",
     "ilodhtnbbcddeeggghiiijkllmnnnopqrrrssttuvyyzzaaceeartvwy"),
    ("ᴀʙᴄᴅᴇꜰʜᴊᴋʟᴍɴᴏᴘꜱᴛᴜᴠᴡᴢ", "abcdefhjklmnopstuvwz"),
    ("աօսհոզցԍպ", "wouhnqgdu"),
    ("ꭰꭱꭲꮃꮇꮋꮟꮪꮮꮯꮲᎠᎡᎢᎳᎷᎻᏏᏚᏞᏟᏢ", "detwmhbslcpdetwmhbslcp"),
)  # fmt: skip
"""Letters of other scripts that are read as Latin ones (our own choice by look)."""

_FIRST_BADGES: Final = (0x1F150, 0x1F170, 0x1F1E6)
"""First of 26 letters each: white on a black circle, on a black square, regional indicators."""

_INVISIBLE: Final = "\u115f\u1160\u3164\uffa0\u2800"
"""Letters and signs that print nothing; format characters are found by their category."""

_MAX_PASSES: Final = 6

_TRADITIONAL: Final = (
    "亂倫裸體愛姦強處幹雞屍肢斷頭顱殺腸襲種滅絕穢淫蕩亞豬猶聖戰納粹萬歲齡嬰兒學嫩蘿莉褲襪誘惑線"
    "蘭國麗護證偽臉換衣脫乾淨鄰師導親噴奪虐電擊圖貞盜攝賣場亞裡邊開陰莖裝變態聯網獸獵內臟剝開腦漿"
    "蘇維埃極劊剮凌遲殘遺書燒燙藥對歡騷淚黃話調滿顏顆紅藍綠紫銀壯麼們來個過給讓為與無數條張這車馬鳥"
    "魚貓當會長輕穿"
    "視頻絲掛鍵斬級機員觀園廁槍規樣傷樓縊鈔駕禮爾勝東優慾約煉銅戀孌褻嫵龜業殘"
)
_SIMPLIFIED: Final = (
    "乱伦裸体爱奸强处干鸡尸肢断头颅杀肠袭种灭绝秽淫荡亚猪犹圣战纳粹万岁龄婴儿学嫩萝莉裤袜诱惑线"
    "兰国丽护证伪脸换衣脱干净邻师导亲喷夺虐电击图贞盗摄卖场亚里边开阴茎装变态联网兽猎内脏剥开脑浆"
    "苏维埃极刽剐凌迟残遗书烧烫药对欢骚泪黄话调满颜颗红蓝绿紫银壮么们来个过给让为与无数条张这车马鸟"
    "鱼猫当会长轻穿"
    "视频丝挂键斩级机员观园厕枪规样伤楼缢钞驾礼尔胜东优欲约炼铜恋娈亵妩龟业残"
)
"""Traditional characters of the listed words, and what they are in the simplified script."""


def _table(*pairs: tuple[str, str]) -> dict[int, str]:
    return {ord(old): new for olds, news in pairs for old, new in zip(olds, news, strict=True)}


_BEFORE_FOLDING: Final = _table(_LOST_IN_FOLDING)
_AFTER_FOLDING: Final = (
    _table(*_LOOKALIKES, (_TRADITIONAL, _SIMPLIFIED))
    | {ord("æ"): "ae", ord("œ"): "oe", ord("ж"): "x", ord("ю"): "io", ord("я"): "r"}
    | {first + place: chr(ord("a") + place) for first in _FIRST_BADGES for place in range(26)}
    | dict.fromkeys(map(ord, _INVISIBLE), "")
)


def normalise(text: str) -> str:
    """Return a text with case, width, accents, lookalikes and invisible signs levelled.

    Traditional characters of the listed words become simplified ones, every kind of white space a
    plain space. Doing it twice changes nothing more.
    """
    for _ in range(_MAX_PASSES):
        levelled = _level(text)
        if levelled == text:
            break
        text = levelled
    return text


def _level(text: str) -> str:
    text = unicodedata.normalize("NFKC", text.translate(_BEFORE_FOLDING))
    text = text.translate(_BEFORE_FOLDING).casefold()
    text = unicodedata.normalize("NFD", text)
    text = "".join(filter(None, map(_visible, text)))
    return unicodedata.normalize("NFKC", text.translate(_AFTER_FOLDING))


def _visible(char: str) -> str:
    if char.isascii() and char.isprintable():
        return char
    if char.isspace():
        return " "
    category = unicodedata.category(char)
    return "" if category in {"Mn", "Me", "Cf", "Cc", "Cs", "Co", "Cn"} else char
