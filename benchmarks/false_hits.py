"""How often an ordinary name, of nobody on the lists, has a hit at the default threshold.

    python benchmarks/false_hits.py --store STORE

Names of persons are common given names and surnames of a country, put together by chance; names of
firms a surname or a coined word, words of trade and a legal form. By chance some are names that a
list holds (a Li Wei): such hits are right, and are counted apart as `same name`.
"""

from __future__ import annotations

import argparse
import random
from pathlib import Path

from umweg.parties import Matcher, Party
from umweg.store import Store

PERSONS = {
    "German": (
        "Anna Lukas Julia Jan Katharina Felix Sabine Jürgen Heike Stefan Birgit Tobias Ute",
        "Müller Schmidt Schneider Fischer Weber Wagner Becker Schulz Hoffmann Koch Richter Klein",
    ),
    "Polish": (
        "Agnieszka Piotr Krzysztof Katarzyna Tomasz Magdalena Paweł Małgorzata Marcin Zofia Jakub",
        "Nowak Kowalski Wiśniewski Wójcik Kowalczyk Kamiński Lewandowski Zieliński Mazur Krawczyk",
    ),
    "Turkish": (
        "Ayşe Mustafa Emine Zeynep Hüseyin Elif Murat Fatma Emre Merve Burak Özlem Serkan Okan",
        "Yılmaz Kaya Demir Çelik Şahin Yıldız Öztürk Aydın Özdemir Arslan Doğan Kılıç Kara Koç",
    ),
    "Kazakh": (
        "Айгуль Нурлан Ерлан Динара Асхат Гульнара Бауыржан Сауле Марат Жанар Данияр Алия Тимур",
        "Ахметов Омаров Оспанов Ибраев Сулейменов Касымов Абдрахманов Алиев Нургалиев Есимов",
    ),
    "Chinese": (
        "Wei Fang Xiuying Min Jing Li Qiang Lei Jun Yang Yong Yan Jie Juan Tao Ming Chao Guiying",
        "Wang Li Zhang Liu Chen Yang Huang Zhao Wu Zhou Xu Sun Ma Zhu Hu Guo He Lin Gao Luo Zheng",
    ),
    "Uzbek": (
        "Jasur Dilfuza Sherzod Gulchehra Otabek Zulfiya Ulugbek Sanjar Feruza Anvar Umida",
        "Karimov Tursunov Rahimov Yuldashev Ergashev Mirzaev Abdullaev Sobirov Qodirov Xolmatov",
    ),
    "Russian": (
        "Алексей Мария Дмитрий Екатерина Илья Полина Артём Ксения Константин Людмила Вероника",
        "Козлов Новиков Соловьёв Зайцев Белоусов Фролов Жданов Рыбаков Чернышов Суханов Устинов",
    ),
    "English": (
        "Oliver Charlotte Harry Emma Edward Grace Trevor Wendy Nigel Joanne Martin Helen",
        "Wood Harrison Cooper Ellis Marshall Fletcher Barnes Webster Hunt Palmer Dawson Mason",
    ),
    "Spanish": (
        "Javier Lucía Carlos Carmen Miguel Rosa Andrés Elena Pablo Pilar Diego Teresa",
        "Fernández López Gómez Ruiz Vargas Castillo Romero Delgado Ortega Molina Suárez",
    ),
    "Arabic": (
        "Youssef Fatma Karim Nour Tarek Mona Sami Hanan Walid Rania Adel Salma",
        "Mansour Haddad Khoury Najjar Saleh Hamdan Darwish Qasem Shaheen Barakat Masri Zein",
    ),
    "Persian": (
        "Ali Reza Maryam Hossein Fatemeh Mehdi Narges Saeed Leila Hamid Nasrin Behrouz",
        "Ahmadi Hosseini Karimi Rezaei Mousavi Jafari Moradi Hashemi Sadeghi Akbari Rahimi",
    ),
    "Vietnamese": (
        "Minh Hoa Tuan Lan Hung Mai Dung Thu Long Linh Nam Trang",
        "Nguyen Tran Le Pham Hoang Phan Vu Dang Bui Do",
    ),
}
FIRMS = {
    "German": ("Maschinenbau Elektrotechnik Spedition Bau Logistik Metallbau Handel", "GmbH AG"),
    "Polish": ("Budownictwo Transport Handel Usługi Elektro Meble Stal", "Sp.+z+o.o. S.A."),
    "Turkish": ("Makina+Sanayi Tekstil Lojistik İnşaat Gıda+Pazarlama", "Ltd.+Şti. A.Ş."),
    "Kazakh": ("Құрылыс Сауда Логистик Агро Строй Сервис Транс Трейд", "ЖШС ТОО"),
    "Chinese": ("Electronics Technology Trading Machinery Textile Logistics", "Co.,+Ltd. Limited"),
}
STEMS = ["ber", "kal", "nor", "tas", "vel", "ora", "lum", "dez", "gri", "pon", "sil", "mar", "tor",
         "hel", "win", "dar", "fos", "qui", "ram", "zen", "bal", "cor"]  # fmt: skip


def persons(country: str, count: int, rng: random.Random) -> list[Party]:
    given, family = (x.split() for x in PERSONS[country])
    return [
        Party.named(f"{rng.choice(given)} {rng.choice(family)}", "Person") for _ in range(count)
    ]


def firms(country: str, count: int, rng: random.Random) -> list[Party]:
    trades, forms = (x.split() for x in FIRMS[country])
    family = PERSONS[country][1].split()
    out = []
    for i in range(count):
        coined = "".join(rng.choices(STEMS, k=rng.choice((2, 3)))).capitalize()
        own = rng.choice(family) if i % 2 else coined
        name = f"{own} {rng.choice(trades)} {rng.choice(forms)}".replace("+", " ")
        out.append(Party.named(name, "Company"))
    return out


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--store", type=Path, required=True)
    parser.add_argument("--names", type=int, default=1_000, help="of each country and kind")
    parser.add_argument("--show", type=int, default=0, help="hits of each that are printed")
    asked = parser.parse_args()
    matcher = Matcher.from_store(Store.open(asked.store, with_sample=False))
    for kind, make in (("persons", persons), ("firms", firms)):
        for country in PERSONS if make is persons else FIRMS:
            made = make(country, asked.names, random.Random(f"{kind}{country}"))
            queries = list({q.caption: q for q in made}.values())
            answers = zip(queries, matcher.match_many(queries), strict=True)
            hits = [(q, r.candidates[0]) for q, r in answers if r.candidates]
            same = sum(c.score >= 0.97 for _, c in hits)
            share = len(hits) / len(queries)
            print(
                f"{kind} {country}: {len(queries)} names, with a hit {share:.3f}, "
                f"the same name {same / len(queries):.3f}"
            )
            shown = [h for h in hits if h[1].score < 0.97]
            for q, c in random.Random(1).sample(shown, min(asked.show, len(shown))):
                print(f"    {c.score:.2f} {q.caption} | {c.matched_name.text}")


if __name__ == "__main__":
    main()
