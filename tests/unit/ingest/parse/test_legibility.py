import random
import string

import pytest

from ingest.parse.legibility import legibility

GOOD = {
    "English": (
        "The supplier delivers the goods within thirty days of the order and bears the risk until they are "
        "handed over. Whoever finds a fault writes it into the register, names the day and the hour, and "
        "tells the office before leaving."
    ),
    "German": (
        "Die Überprüfung der Maßnahmen erfolgt jährlich; größere Änderungen müssen dem Vorstand schriftlich "
        "gemeldet werden. Wer einen Fehler entdeckt, trägt ihn mit Tag und Uhrzeit in das Verzeichnis ein und "
        "unterrichtet vor dem Gehen das Büro."
    ),
    "French": (
        "L'entreprise s'engage à remplacer gratuitement toute pièce défectueuse pendant les deux années qui "
        "suivent l'achat. Celui qui découvre un défaut l'inscrit dans le registre avec le jour et l'heure, "
        "puis prévient le bureau avant de partir."
    ),
    "Spanish": (
        "Los trabajadores podrán solicitar las vacaciones con un mes de antelación y recibirán la respuesta "
        "por escrito. Quien descubra una avería la anotará en el registro con el día y la hora y avisará a la "
        "oficina antes de marcharse."
    ),
    "Italian": (
        "Il responsabile della sicurezza controlla ogni settimana le uscite di emergenza e annota il "
        "risultato nel registro. Chi scopre un guasto lo scrive nel registro con il giorno e l'ora e avverte "
        "l'ufficio prima di lasciare lo stabilimento."
    ),
    "Polish": (
        "Pracownik powinien zgłosić każdą usterkę urządzenia przełożonemu, zanim rozpocznie się następna "
        "zmiana produkcyjna. Kto wykryje błąd, wpisuje go do rejestru z podaniem dnia i godziny oraz "
        "powiadamia biuro przed opuszczeniem zakładu."
    ),
    "Czech": (
        "Zaměstnanec je povinen nahlásit závadu přístroje svému nadřízenému dříve, než začne příští směna ve "
        "výrobě. Kdo objeví chybu, zapíše ji do knihy s uvedením dne a hodiny a před odchodem z podniku o tom "
        "uvědomí kancelář."
    ),
    "Finnish": (
        "Työntekijän on ilmoitettava laitteen viasta esimiehelleen ennen kuin seuraava työvuoro alkaa "
        "tuotannossa. Joka huomaa vian, kirjoittaa sen päivineen ja kellonaikoineen luetteloon ja kertoo "
        "siitä toimistolle ennen lähtöään."
    ),
    "Turkish": (
        "Çalışan, makinedeki arızayı bir sonraki vardiya başlamadan önce yöneticisine yazılı olarak bildirmek "
        "zorundadır. Bir hata bulan kişi onu gün ve saatiyle birlikte deftere yazar ve işyerinden ayrılmadan "
        "önce büroya haber verir."
    ),
    "Vietnamese": (
        "Nhân viên phải báo cáo mọi hư hỏng của thiết bị cho người quản lý trước khi ca làm việc tiếp theo bắt đầu."
    ),
    "Russian": "Работник обязан сообщить о неисправности прибора своему начальнику до начала следующей смены.",
    "Greek": (
        "Ο υπάλληλος οφείλει να αναφέρει κάθε βλάβη του μηχανήματος στον προϊστάμενό του πριν από την επόμενη βάρδια."
    ),
    "Arabic": "يجب على الموظف أن يبلغ رئيسه عن كل عطل في الجهاز قبل أن تبدأ نوبة العمل التالية في المصنع.",
    "Hindi": "कर्मचारी को अगली पाली शुरू होने से पहले मशीन की हर खराबी की सूचना अपने अधिकारी को देनी चाहिए।",
    "Chinese": (
        "员工应当在下一个班次开始之前，把设备的每一个故障以书面形式报告给自己的主管，并记录在登记簿里，以便维"
        "修人员及时处理。"
    ),
    "Traditional": (
        "員工應當在下一個班次開始之前，把設備的每一個故障以書面形式報告給自己的主管，並記錄在登記簿裡，以便維"
        "修人員及時處理。"
    ),
    "Japanese": (
        "従業員は次の勤務が始まる前に機械の故障をすべて上司に書面で報告し、記録簿に記入しなければならない。修"
        "理担当者が迅速に対応する。"
    ),
    "Korean": (
        "직원은 다음 근무가 시작되기 전에 기계의 모든 고장을 상사에게 서면으로 보고하고 기록부에 적어야 합니다."
    ),
    "code": (
        'for (int row = 0; row < count; ++row) { printf("%s\\n", names[row]); next = malloc(sizeof(struct node)); }'
    ),
    "figures": "Total 1,204.50 EUR 19 % VAT 228.86 Net 975.64 Qty 12 Art. 40-887-B 3 x 81.30 2024-11-03",
}
LATIN = ("English", "German", "French", "Spanish", "Italian", "Polish", "Czech", "Finnish", "Turkish")
IDEOGRAPHS = ("Chinese", "Traditional")


@pytest.mark.parametrize("language", GOOD)
def test_text_of_any_language_is_believed(language: str) -> None:
    assert legibility(GOOD[language]).flaw == ""


@pytest.mark.parametrize("language", LATIN)
@pytest.mark.parametrize("shift", [1, 3, 13, 29, 31])
def test_a_shifted_alphabet_is_not_believed(language: str, shift: int) -> None:
    """As fonts yield it whose glyphs are numbered in another order than the codes of letters."""
    shifted = "".join(chr(32 + (ord(sign) - 32 - shift) % 95) if sign.isalpha() else sign for sign in GOOD[language])

    assert legibility(shifted).flaw != ""


@pytest.mark.parametrize("language", LATIN)
def test_a_shuffled_alphabet_is_not_believed(language: str) -> None:
    dice = random.Random(5)
    for _ in range(20):
        letters = list(string.ascii_lowercase)
        dice.shuffle(letters)
        shuffled = GOOD[language].lower().translate(str.maketrans(string.ascii_lowercase, "".join(letters)))

        assert "no language" in legibility(shuffled).flaw


@pytest.mark.parametrize("language", [*IDEOGRAPHS, "Japanese", "Russian", "Korean"])
def test_utf_8_taken_for_latin_1_is_not_believed(language: str) -> None:
    assert legibility(GOOD[language].encode().decode("latin-1")).flaw != ""


def test_cyrillic_taken_for_latin_1_is_not_believed() -> None:
    assert legibility(GOOD["Russian"].encode("cp1251").decode("latin-1")).flaw != ""


@pytest.mark.parametrize("language", IDEOGRAPHS)
def test_ideographs_that_nobody_writes_are_not_believed(language: str) -> None:
    dice = random.Random(5)
    wrong = "".join(chr(dice.randrange(0x4E00, 0x9FA6)) if sign > "\u4e00" else sign for sign in GOOD[language])

    assert "hardly ever written" in legibility(wrong).flaw


@pytest.mark.parametrize("sign", ["\ufffd", "\ue041", "\U000f0041", "\x93", "\u0378"])
def test_signs_without_meaning_are_not_believed(sign: str) -> None:
    found = legibility(f"some words {sign * 8} and {sign * 5}")

    assert found.is_meaningless
    assert "no meaning" in found.flaw


def test_bullets_of_symbol_fonts_do_no_harm() -> None:
    assert legibility("\uf0b7 first point of the list \uf0b7 second point").flaw == ""


@pytest.mark.parametrize(
    ("text", "believed"),
    [('"7+%-', False), ("- 3 -", True), ("Name of the person ....... : ....... ( ____ )", True), ("", True)],
)
def test_a_few_signs_in_place_of_words_are_not_believed(text: str, believed: bool) -> None:
    assert (legibility(text).flaw == "") is believed
