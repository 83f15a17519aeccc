"""The words of the status page in three languages.

CHECK: the Kyrgyz ones were not read by a native speaker yet.
"""

from __future__ import annotations

from operator_app.domain.office import LANGUAGES

DEFAULT = "en"
NAMES = {"ky": "Кыргызча", "ru": "Русский", "en": "English"}
_WORDS: dict[str, tuple[str, str, str]] = {
    "title": ("117 receiver", "Приёмник 117", "117 кабыл алгычы"),
    "epoch": ("epoch", "эпоха", "доор"),
    "languages": ("Languages", "Языки", "Тилдер"),
    "devices": ("Devices", "Устройства", "Түзмөктөр"),
    "enrolled": ("Devices let in", "Допущено устройств", "Киргизилген түзмөктөр"),
    "to_approve": ("Waiting for approval", "Ждут допуска", "Уруксат күтүүдө"),
    "records": ("Records", "Записи", "Жазуулар"),
    "records_in_conflict": ("Records in conflict", "Расхождения", "Карама-каршы жазуулар"),
    "calls": ("Calls", "Обращения", "Кайрылуулар"),
    "cases": ("Cases", "Случаи", "Учурлар"),
    "calls_in_conflict": ("Calls in conflict", "Расхождения обращений", "Карама-каршы кайрылуулар"),
    "cases_in_conflict": ("Cases in conflict", "Расхождения случаев", "Карама-каршы учурлар"),
    "alarms": ("Alarms", "Тревоги", "Коңгуроолор"),
    "not_opened": ("Not opened yet", "Ещё не открыто", "Ачыла элек"),
    "receipts": ("Receipts signed", "Подписано квитанций", "Кол коюлган дүмүрчөктөр"),
    "durable": (
        "In a verified backup up to",
        "В проверенной копии до №",
        "Текшерилген көчүрмөдө №",
    ),
    "numbers": ("Numbers", "Номера", "Номерлер"),
    "waiting_there": ("Waiting on the PC", "Ждут на ПК", "ЖКде күтүүдө"),
    "set_aside": ("Set aside here", "Отложено здесь", "Бул жерде четке коюлган"),
    "office": ("Office", "Управление", "Башкармалык"),
    "device": ("Device", "Устройство", "Түзмөк"),
    "last_contact": ("Last contact", "Последняя связь", "Акыркы байланыш"),
    "version": ("Version", "Версия", "Версия"),
    "highest": ("Highest", "Старший", "Эң чоңу"),
    "received": ("Received", "Получено", "Алынды"),
    "gaps": ("Gaps", "Пропуски", "Кемчил"),
    "how_many": ("How many", "Сколько", "Канча"),
    "oldest": ("Oldest", "Самая старая", "Эң эскиси"),
    "held": ("Held", "Ждут", "Кармалган"),
    "rejected": ("Rejected", "Отклонено", "Четке кагылган"),
    "conflict": ("Conflict", "Расхождение", "Карама-каршы"),
    "mismatch": ("Mismatch", "Подмена", "Дал келбейт"),
    "audit": ("Audit", "Аудит", "Аудит"),
    "revoked": ("revoked", "отозвано", "кайтарылып алынган"),
    "pending": ("waits for approval", "ждёт допуска", "уруксат күтүүдө"),
    "silent": ("silent", "молчит", "унчукпайт"),
    "never": ("never", "никогда", "эч качан"),
    "ago": ("{age} ago", "{age} назад", "{age} мурун"),
    "clock_ahead": ("clock ahead", "часы спешат", "сааты алдыда"),
    "minutes": ("min", "мин", "мүн"),
    "hours": ("h", "ч", "саат"),
    "days": ("days", "дн.", "күн"),
    "no_device": (
        "No device is enrolled yet.",
        "Ещё ни одно устройство не допущено.",
        "Азырынча бир да түзмөк киргизилген жок.",
    ),
    "all_well": (
        "Nothing is wrong with any device.",
        "Со всеми устройствами всё в порядке.",
        "Бардык түзмөктөр жакшы иштеп жатат.",
    ),
    "in_trouble": (
        "Devices that need somebody: {n}. They stand first.",
        "Устройств, которым нужен человек: {n}. Они стоят первыми.",
        "Адам керек болгон түзмөктөр: {n}. Алар башында турат.",
    ),
    "none": ("None.", "Нет.", "Жок."),
    "when": ("When (UTC)", "Когда (UTC)", "Качан (UTC)"),
    "what": ("What", "Что", "Эмне"),
    "alarm_mismatch": (
        "an id or a number came again with other content; it was not applied",
        "номер или код пришёл ещё раз с другим содержанием; оно не применено",
        "номер же код башка мазмун менен кайра келди; ал колдонулган жок",
    ),
    "alarm_audit": (
        "the record of actions on that PC is not the one it told of before",
        "журнал действий на этом ПК не тот, о котором он сообщал раньше",
        "ошол ЖКдагы аракеттер журналы мурда билдирилгендей эмес",
    ),
    "codes": ("Unused enrolment codes", "Неиспользованные коды", "Колдонула элек коддор"),
    "code_id": ("Id", "Код №", "Код №"),
    "made": ("Made (UTC)", "Создан (UTC)", "Түзүлгөн (UTC)"),
    "good_until": ("Good until (UTC)", "Действует до (UTC)", "Чейин жарактуу (UTC)"),
    "with_approval": (
        "New devices wait for approval.",
        "Новые устройства ждут допуска.",
        "Жаңы түзмөктөр уруксат күтөт.",
    ),
    "by_code_alone": (
        "New devices are let in by their code alone.",
        "Новые устройства допускаются по одному только коду.",
        "Жаңы түзмөктөр код менен эле киргизилет.",
    ),
}
_PLACE = {"en": 0, "ru": 1, "ky": 2}


class Words:
    """The words of one language: `words("gaps")`."""

    def __init__(self, language: str) -> None:
        self.language = language
        self._place = _PLACE[language]

    @property
    def of_ages(self) -> tuple[str, str, str, str]:
        """For `age`."""
        return self("clock_ahead"), self("minutes"), self("hours"), self("days")

    def __call__(self, key: str, **params: object) -> str:
        return _WORDS[key][self._place].format(**params)


def language_of(asked: str | None, accepted: str) -> str:
    """`asked` in the address, else the first that the browser prefers, else English."""
    if asked in LANGUAGES:
        return str(asked)
    wanted: list[tuple[float, int, str]] = []
    for place, part in enumerate(accepted[:500].split(",")):
        name, _, weight = part.strip().partition(";")
        language = name.strip().lower().partition("-")[0]
        try:
            quality = float(weight.strip().removeprefix("q=") or 1)
        except ValueError:
            quality = 0.0
        if language in LANGUAGES and quality > 0:
            wanted.append((-quality, place, language))
    return min(wanted)[2] if wanted else DEFAULT
