"""The words of the Group Policy templates: name and explanation of each setting, English and Russian.

Windows' policy editor shows them to IT staff; it knows Russian and falls back to English.
"""

from __future__ import annotations

LANGUAGES = {"en-US": 0, "ru-RU": 1}

PRODUCT = "117 Operator"
SUPPORTED = ("117 Operator 0.1 or later", "117 Operator 0.1 и новее")
GENERAL = (
    "What is set here holds on the PC and cannot be changed in the program; it stands above office.toml. A wrong value counts as not set and is named on the page “This PC” and by “117-operator check”.",
    "Заданное здесь действует на компьютере, не меняется в программе и стоит выше office.toml. Неверное значение считается незаданным; его называют страница «Этот компьютер» и команда «117-operator check».",
)
CATEGORY_WAYS = ("Ways to the ministry", "Пути в министерство")

WORDS: dict[str, tuple[tuple[str, str], tuple[str, str]]] = {
    "server_url": (
        ("Address of the ministry's server", "Адрес сервера министерства"),
        (
            "Begins with https://, for example https://117.example.kg. Another address of the same server needs no new enrolment; another server is refused by its signature. Takes the place of a way through Tunduk.",
            "Начинается с https://, например https://117.example.kg. Другой адрес того же сервера не требует новой регистрации; чужой сервер программа узнаёт по подписи и отказывает ему. Заменяет путь через Тундук.",
        ),
    ),
    "proxy": (
        ("Proxy", "Прокси-сервер"),
        (
            "For example http://10.0.0.1:3128, without a password; or the word direct for none. Not set: as Windows says. Not used on the way through Tunduk.",
            "Например http://10.0.0.1:3128, без пароля; слово direct означает: без прокси. Не задано: как в настройках Windows. На пути через Тундук не используется.",
        ),
    ),
    "allow_https": (
        ("Allow: straight to the server (HTTPS)", "Разрешить: прямо на сервер (HTTPS)"),
        (
            "Disabled: this PC never sends straight to the server. Records are kept here.",
            "Выключено: этот компьютер никогда не отправляет прямо на сервер. Записи остаются здесь.",
        ),
    ),
    "allow_xroad": (
        ("Allow: through Tunduk (X-Road)", "Разрешить: через Тундук (X-Road)"),
        (
            "Disabled: this PC never sends through a Security Server.",
            "Выключено: этот компьютер никогда не отправляет через сервер безопасности.",
        ),
    ),
    "allow_folder": (
        (
            "Allow: by stick or shared folder",
            "Разрешить: на флешке или через общую папку",
        ),
        (
            "Disabled: bundles are neither written nor read on this PC.",
            "Выключено: пакеты на этом компьютере не записываются и не читаются.",
        ),
    ),
    "export_folder": (
        ("Folder proposed for exports", "Предлагаемая папка для выгрузок"),
        (
            "A drive or a share, for example D:\\117 or \\\\server\\117. The person may choose another one each time.",
            "Диск или общая папка, например D:\\117 или \\\\server\\117. Сотрудник может каждый раз выбрать другую.",
        ),
    ),
    "backup_folder": (
        ("Folder for a further backup", "Папка для ещё одной резервной копии"),
        (
            "A copy of each backup goes there besides the two on the PC. Every office writes a file of its own; the files are encrypted.",
            "Туда кладётся копия каждой резервной копии, кроме двух на компьютере. У каждого управления свой файл; файлы зашифрованы.",
        ),
    ),
    "idle_minutes": (
        ("Lock by itself after (minutes)", "Блокировать через (минут)"),
        (
            "After so many minutes without key or mouse the screen locks; 1 to 60, as delivered 5.",
            "После стольких минут без клавиатуры и мыши экран блокируется; от 1 до 60, изначально 5.",
        ),
    ),
    "updates": (
        ("Updates of the program", "Обновления программы"),
        (
            "What the program does when the ministry announces a version. It never installs by itself. To fetch, set the folder for updates as well.",
            "Что делает программа, когда министерство объявляет версию. Сама она никогда не устанавливает. Чтобы скачивать, задайте и папку для обновлений.",
        ),
    ),
    "update_folder": (
        ("Folder for updates", "Папка для обновлений"),
        (
            "Where an announced version is put, once its signature and its sum are right.",
            "Куда кладётся объявленная версия, когда верны её подпись и сумма.",
        ),
    ),
    "language": (
        ("Language", "Язык"),
        (
            "The language of the program; people cannot switch it then.",
            "Язык программы; сотрудники тогда не могут его переключить.",
        ),
    ),
    "data_folder": (
        ("Data folder", "Папка данных"),
        (
            "On a disk of this PC, never on a share or in a folder that is synced. What is there already is not moved: move it while the program is closed, then set this.",
            "На диске этого компьютера, никогда в общей или синхронизируемой папке. То, что уже есть, не переносится: перенесите сами при закрытой программе, затем задайте.",
        ),
    ),
}
CHOICES: dict[str, dict[str, tuple[str, str]]] = {
    "updates": {
        "off": ("Not looked for", "Не искать"),
        "notify": ("Told, not fetched", "Сообщать, не скачивать"),
        "fetch": (
            "Told, and fetched into the folder",
            "Сообщать и скачивать в папку",
        ),
    },
    "language": {
        "ky": ("Кыргызча", "Кыргызча"),
        "ru": ("Русский", "Русский"),
        "en": ("English", "English"),
    },
}
