"""Invented lists in the official formats of publishers whose real files are not at hand.

Names, numbers and addresses are invented; where a number has a check digit, it was computed.
"""

from __future__ import annotations

import json
from pathlib import Path

from tests.sources.lists.conftest import Import, of, rows

# 7·9 + 6·0 + 5·7 + 4·4 + 3·7 + 2·2 over the digits of IMO 907472 = 7·9+6·0+5·7+4·4+3·7+2·2 = 139
IMO = "9074729"

EU_HEADER = [
    "fileGenerationDate",
    "Entity_LogicalId",
    "Entity_EU_ReferenceNumber",
    "Entity_UnitedNationId",
    "Entity_DesignationDate",
    "Entity_DesignationDetails",
    "Entity_Remark",
    "Entity_SubjectType",
    "Entity_SubjectType_ClassificationCode",
    "Entity_Regulation_Type",
    "Entity_Regulation_OrganisationType",
    "Entity_Regulation_PublicationDate",
    "Entity_Regulation_EntryIntoForceDate",
    "Entity_Regulation_NumberTitle",
    "Entity_Regulation_Programme",
    "Entity_Regulation_PublicationUrl",
    "NameAlias_LastName",
    "NameAlias_FirstName",
    "NameAlias_MiddleName",
    "NameAlias_WholeName",
    "NameAlias_NameLanguage",
    "NameAlias_Gender",
    "NameAlias_Title",
    "NameAlias_Function",
    "NameAlias_LogicalId",
    "NameAlias_RegulationLanguage",
    "NameAlias_Remark",
    "BirthDate_BirthDate",
    "BirthDate_Day",
    "BirthDate_Month",
    "BirthDate_Year",
    "BirthDate_YearRangeFrom",
    "BirthDate_YearRangeTo",
    "BirthDate_Circa",
    "BirthDate_CalendarType",
    "BirthDate_City",
    "BirthDate_CountryIso2Code",
    "BirthDate_CountryDescription",
    "Identification_Number",
    "Identification_TypeCode",
    "Identification_TypeDescription",
    "Identification_CountryIso2Code",
    "Identification_CountryDescription",
    "Citizenship_CountryIso2Code",
    "Citizenship_CountryDescription",
]


def eu_row(**cells: str) -> str:
    known = {
        "fileGenerationDate": "02/09/2024",
        "Entity_LogicalId": "70001",
        "Entity_EU_ReferenceNumber": "EU.7001.11",
        "Entity_SubjectType": "P",
        "Entity_SubjectType_ClassificationCode": "person",
        "Entity_Regulation_NumberTitle": "2022/336 (OJ L58)",
        "Entity_Regulation_Programme": "UKR",
        "Entity_Regulation_EntryIntoForceDate": "2022-02-28",
        "Entity_Regulation_PublicationUrl": "http://example.org/act.pdf",
    } | cells
    return ";".join(known.get(name, "") for name in EU_HEADER)


def test_eu_csv(load: Import, tmp_path: Path) -> None:
    file = tmp_path / "eu.csv"
    lines = [
        ";".join(EU_HEADER),
        eu_row(
            NameAlias_LastName="Testov",
            NameAlias_FirstName="Ivan",
            NameAlias_MiddleName="Petrovich",
            NameAlias_WholeName="Ivan Petrovich Testov",
            NameAlias_Gender="M",
            NameAlias_Function="Deputy minister",
        ),
        eu_row(NameAlias_WholeName="Иван Петрович Тестов", NameAlias_NameLanguage="RU"),
        eu_row(NameAlias_WholeName="Vanya", NameAlias_Remark="(low quality alias)"),
        eu_row(
            BirthDate_Year="1961",
            BirthDate_Month="3",
            BirthDate_Day="4",
            BirthDate_BirthDate="1961-03-04",
            BirthDate_Circa="false",
            BirthDate_CalendarType="GREGORIAN",
            BirthDate_City="Tambov",
            BirthDate_CountryDescription="RUSSIAN FEDERATION",
        ),
        eu_row(BirthDate_YearRangeFrom="1960", BirthDate_YearRangeTo="1962"),
        eu_row(
            Identification_Number="7707083893",
            Identification_TypeCode="fiscalcode",
            Identification_TypeDescription="Fiscal code (INN)",
            Identification_CountryDescription="RUSSIAN FEDERATION",
        ),
        eu_row(
            Citizenship_CountryIso2Code="RU", Citizenship_CountryDescription="RUSSIAN FEDERATION"
        ),
        eu_row(
            Entity_LogicalId="70002",
            Entity_SubjectType="E",
            Entity_SubjectType_ClassificationCode="enterprise",
            NameAlias_WholeName="Umweg Test Trading LLC",
        ),
    ]
    file.write_text("\ufeff" + "\r\n".join(lines) + "\r\n", encoding="utf-8")
    m = load(file)
    assert (m.source, m.published_on, m.rows_read, m.rows_kept) == ("eu", "2024-09-02", 8, 8)
    assert not m.alarms
    person, firm = rows(m, "entities")
    assert (person["schema"], person["caption"]) == ("Person", "Ivan Petrovich Testov")
    assert person["birth_dates"] == ["1961-03-04", "1960/1962"]
    assert (person["countries"], person["gender"]) == (["RUS"], "male")
    assert person["birth_places"] == ["Tambov, RUSSIAN FEDERATION"]
    assert (firm["schema"], firm["caption"]) == ("Organization", "Umweg Test Trading LLC")
    names = {n["name"]: n for n in of(m, "names", "70001")}
    main = names["Ivan Petrovich Testov"]
    assert (main["kind"], main["given"], main["patronymic"], main["family"]) == (
        "primary", "Ivan", "Petrovich", "Testov",
    )  # fmt: skip
    original = names["Иван Петрович Тестов"]
    assert (original["kind"], original["script"], original["language"]) == (
        "original", "Cyrl", "rus",
    )  # fmt: skip
    assert names["Vanya"]["weak"]
    [inn] = of(m, "identifiers", "70001")
    assert (inn["kind"], inn["valid"], inn["country"]) == ("inn", True, "RUS")
    [listing] = of(m, "listings", "70002")
    assert (listing["programme"], listing["listed_from"]) == ("UKR", "2022-02-28")


EU_XML = """<?xml version="1.0" encoding="UTF-8" standalone="yes"?>
<export xmlns="http://eu.europa.ec/fpi/fsd/export" generationDate="2024-09-02T14:00:16.479+02:00"
 globalFileId="151636">
 <sanctionEntity designationDetails="" unitedNationId="" euReferenceNumber="EU.7001.11"
  logicalId="70001">
  <remark>Invented.</remark>
  <regulation regulationType="amendment" organisationType="council" publicationDate="2022-02-28"
   entryIntoForceDate="2022-02-28" numberTitle="2022/336 (OJ L58)" programme="UKR" logicalId="1">
   <publicationUrl>http://example.org/act.pdf</publicationUrl>
  </regulation>
  <subjectType code="person" classificationCode="P"/>
  <nameAlias firstName="Ivan" middleName="Petrovich" lastName="Testov"
   wholeName="Ivan Petrovich Testov" function="Deputy minister" gender="M" title=""
   nameLanguage="" strong="true" regulationLanguage="en" logicalId="2">
   <regulationSummary regulationType="amendment" publicationDate="2022-02-28"/>
  </nameAlias>
  <nameAlias wholeName="Иван Петрович Тестов" nameLanguage="RU" strong="true" logicalId="3"/>
  <nameAlias wholeName="Vanya" nameLanguage="" strong="false" logicalId="4"/>
  <citizenship region="" countryIso2Code="RU" countryDescription="RUSSIAN FEDERATION"/>
  <birthdate circa="false" calendarType="GREGORIAN" city="Tambov" birthdate="1961-03-04"
   dayOfMonth="4" monthOfYear="3" year="1961" countryIso2Code="RU"
   countryDescription="RUSSIAN FEDERATION" regulationLanguage="en" logicalId="5"/>
  <birthdate circa="true" yearRangeFrom="1960" yearRangeTo="1962" calendarType="GREGORIAN"/>
  <identification diplomatic="false" knownFalse="true" number="A123" countryIso2Code="RU"
   countryDescription="RUSSIAN FEDERATION" identificationTypeCode="passport"
   identificationTypeDescription="National passport" logicalId="6"><remark>(expired)</remark>
  </identification>
  <address street="Main street 1" city="Moscow" zipCode="101000" countryIso2Code="RU"
   countryDescription="RUSSIAN FEDERATION" asAtListingTime="true" logicalId="7">
   <contactInfo key="email" value="test@example.org"/></address>
 </sanctionEntity>
 <sanctionEntity euReferenceNumber="EU.7002.22" logicalId="70002" unheardOf="yes">
  <subjectType code="enterprise" classificationCode="E"/>
  <nameAlias wholeName="Umweg Test Trading LLC" strong="true"/>
 </sanctionEntity>
</export>
"""


def test_eu_xml(load: Import, tmp_path: Path) -> None:
    file = tmp_path / "eu.xml"
    file.write_text(EU_XML, encoding="utf-8")
    m = load(file)
    assert (m.source, m.published_on, m.rows_kept) == ("eu", "2024-09-02", 2)
    # The one attribute that the format does not have is an alarm, and nothing else.
    [alarm] = m.alarms
    assert alarm.name == "unknown-field"
    assert "sanctionEntity@unheardOf" in alarm.detail
    person = rows(m, "entities")[0]
    assert person["birth_dates"] == ["1961-03-04", "~1960/1962"]
    assert person["titles"] == ["Deputy minister"]
    assert {(n["name"], n["kind"], n["weak"]) for n in of(m, "names", "70001")} == {
        ("Ivan Petrovich Testov", "primary", False),
        ("Иван Петрович Тестов", "original", False),
        ("Vanya", "alias", True),
    }
    kinds = {i["kind"]: i for i in of(m, "identifiers", "70001")}
    assert kinds["passport"]["note"] == "National passport known to be false; (expired)"
    assert kinds["email"]["value"] == "test@example.org"
    [address] = of(m, "addresses", "70001")
    assert (address["city"], address["country"]) == ("Moscow", "RUS")
    assert address["note"] == "at the time of listing"


def test_eu_csv_and_xml_give_the_same_ids(load: Import, tmp_path: Path) -> None:
    file = tmp_path / "eu.xml"
    file.write_text(EU_XML, encoding="utf-8")
    ids = {e["entity_id"] for e in rows(load(file), "entities")}
    table = tmp_path / "eu.csv"
    lines = [
        ";".join(EU_HEADER),
        eu_row(NameAlias_WholeName="A"),
        eu_row(Entity_LogicalId="70002", NameAlias_WholeName="B"),
    ]
    table.write_text("\n".join(lines), encoding="utf-8")
    assert {e["entity_id"] for e in rows(load(table, dataset="csv"), "entities")} == ids


UKSL_HEADER = [
    "Last Updated",
    "Unique ID",
    "OFSI Group ID",
    "UN Reference Number",
    "Name 6",
    "Name 1",
    "Name 2",
    "Name 3",
    "Name 4",
    "Name 5",
    "Name type",
    "Alias strength",
    "Title",
    "Name non-latin script",
    "Non-latin script type",
    "Non-latin script language",
    "Regime Name",
    "Designation Type",
    "Designation source",
    "Sanctions Imposed",
    "Other Information",
    "UK Statement of Reasons",
    "Address Line 1",
    "Address Line 2",
    "Address Line 3",
    "Address Line 4",
    "Address Line 5",
    "Address Line 6",
    "Address Postal Code",
    "Address Country",
    "Phone number",
    "Website",
    "Email address",
    "Date Designated",
    "D.O.B",
    "Nationality(/ies)",
    "National Identifier number",
    "National Identifier additional information",
    "Passport number",
    "Passport additional information",
    "Position",
    "Gender",
    "Town of birth",
    "Country of birth",
    "Type of entity",
    "Subsidiaries",
    "Parent company",
    "Business registration number (s)",
    "IMO number",
    "Current owner/operator (s)",
    "Previous owner/operator (s)",
    "Current believed flag of ship",
    "Previous flags",
    "Type of ship",
    "Tonnage of ship",
    "Length of ship",
    "Year Built",
    "Hull identification number (HIN)",
]


def uksl_row(**cells: str) -> str:
    known = {
        "Last_Updated": "04/08/2026",
        "Regime_Name": "Russia",
        "Date_Designated": "01/03/2022",
        "Designation_source": "UK",
        "Sanctions_Imposed": "Asset freeze|Travel Ban",
    } | cells
    return ",".join(
        '"' + known.get("".join(c if c.isalnum() else "_" for c in name), "") + '"'
        for name in UKSL_HEADER
    )


def test_uk_sanctions_list_csv(load: Import, tmp_path: Path) -> None:
    file = tmp_path / "UK-Sanctions-List.csv"
    person = {"Unique_ID": "RUS9001", "Designation_Type": "Individual"}
    lines = [
        "Report Date: 08-Oct-2026",
        ",".join(UKSL_HEADER),
        uksl_row(
            **person,
            Name_6="TESTOV",
            Name_1="Ivan",
            Name_2="Petrovich",
            Name_type="Primary Name",
            Name_non_latin_script="Иван Тестов",
            Non_latin_script_type="Cyrillic",
            Non_latin_script_language="Russian",
            D_O_B="dd/mm/1961",
            Nationality__ies_="(1) Russia (2) Cyprus",
            Gender="Male",
        ),
        uksl_row(**person, Name_6="Vanya", Name_type="ALias", Alias_strength="Low quality a.k.a"),
        uksl_row(
            Unique_ID="RUS9002",
            Designation_Type="Ship",
            Name_6="UMWEG STAR",
            Name_type="Primary name",
            IMO_number="IMO" + IMO,
            Current_believed_flag_of_ship="Comoros",
            Year_Built="2005",
            Current_owner_operator__s_="Umweg Shipping Ltd",
        ),
        uksl_row(
            Unique_ID="RUS9003",
            Designation_Type="Entity",
            Name_6="UMWEG TEST TRADING",
            Name_type="Primary name",
            Business_registration_number__s_="(1) OGRN 1027700132195 (2) INN: 7707083893",
            Parent_company="Umweg Holding",
        ),
    ]
    cells = [c for c in lines[2].split(",") if c != '""']
    assert '"(1) Russia (2) Cyprus"' in cells
    file.write_text("\ufeff" + "\n".join(lines) + "\n", encoding="utf-8")
    m = load(file)
    assert (m.source, m.published_on, m.rows_kept) == ("uk-sanctions-list", "2026-10-08", 4)
    assert not m.alarms
    entities = {e["entity_id"].split("/")[1]: e for e in rows(m, "entities")}
    assert entities["RUS9001"]["birth_dates"] == ["1961"]
    assert entities["RUS9001"]["countries"] == ["RUS", "CYP"]
    assert entities["RUS9001"]["caption"] == "Ivan Petrovich TESTOV"
    assert entities["RUS9002"]["founded"] == ["2005"]
    names = {n["name"]: n for n in of(m, "names", "RUS9001")}
    assert names["Vanya"]["weak"]
    assert names["Иван Тестов"]["language"] == "rus"
    assert [(i["kind"], i["valid"]) for i in of(m, "identifiers", "RUS9002")] == [("imo", True)]
    assert [(i["kind"], i["valid"]) for i in of(m, "identifiers", "RUS9003")] == [
        ("ogrn", True), ("inn", True),
    ]  # fmt: skip
    owners = {(r["subject_name"], r["object_id"]) for r in rows(m, "relations")}
    assert owners == {
        ("Umweg Shipping Ltd", "uk-sanctions-list/RUS9002"),
        ("Umweg Holding", "uk-sanctions-list/RUS9003"),
    }


def test_uk_sanctions_list_xml(load: Import, tmp_path: Path) -> None:
    file = tmp_path / "UK-Sanctions-List.xml"
    file.write_text(
        f"""<?xml version="1.0" encoding="utf-8"?>
<Designations><DateGenerated>20/08/2026</DateGenerated>
<Designation><LastUpdated>14/04/2026</LastUpdated><DateDesignated>01/03/2022</DateDesignated>
 <UniqueID>RUS9001</UniqueID><OFSIGroupID>90001</OFSIGroupID>
 <Names>
  <Name><Name1>Ivan</Name1><Name6>TESTOV</Name6><NameType>Primary Name</NameType></Name>
  <Name><Name6>Vanya</Name6><NameType>Alias</NameType>
   <AliasStrength>Low quality a.k.a</AliasStrength></Name>
 </Names>
 <NonLatinNames><NonLatinName><NameNonLatinScript>Иван Тестов</NameNonLatinScript>
 </NonLatinName></NonLatinNames>
 <RegimeName>The Russia Regulations</RegimeName>
 <IndividualEntityShip>Individual</IndividualEntityShip>
 <DesignationSource>UK</DesignationSource><SanctionsImposed>Asset freeze</SanctionsImposed>
 <Addresses><Address><AddressLine6>Moscow</AddressLine6>
  <AddressCountry>Russia</AddressCountry></Address></Addresses>
 <IndividualDetails><Individual><DOBs><DOB>dd/mm/1961</DOB><DOB>04/03/1962</DOB></DOBs>
  <Nationalities><Nationality>Russia</Nationality></Nationalities>
  <PassportDetails><Passport><PassportNumber>P1</PassportNumber>
   <PassportAdditionalInformation>invented</PassportAdditionalInformation></Passport>
  </PassportDetails></Individual></IndividualDetails>
</Designation>
<Designation><UniqueID>RUS9002</UniqueID>
 <Names><Name><Name6>UMWEG STAR</Name6><NameType>Primary name</NameType></Name></Names>
 <IndividualEntityShip>Ship</IndividualEntityShip>
 <ShipDetails><Ship><IMONumbers><IMONumber>{IMO}</IMONumber></IMONumbers>
  <CurrentBelievedFlagOfShips><CurrentBelievedFlagOfShip>Comoros</CurrentBelievedFlagOfShip>
  </CurrentBelievedFlagOfShips><YearsBuilt><YearBuilt>2005</YearBuilt></YearsBuilt></Ship>
 </ShipDetails></Designation>
</Designations>""",
        encoding="utf-8",
    )
    m = load(file)
    assert (m.source, m.published_on, m.rows_kept) == ("uk-sanctions-list", "2026-08-20", 2)
    assert not m.alarms
    person, ship = rows(m, "entities")
    assert person["birth_dates"] == ["1961", "1962-03-04"]
    assert (ship["countries"], ship["founded"]) == (["COM"], ["2005"])


FTM = [
    {
        "id": "NK-1", "caption": "Umweg Holding LLC", "schema": "Company",
        "datasets": ["xx_test"], "first_seen": "2024-01-01T00:00:00",
        "properties": {
            "name": ["Umweg Holding LLC", "ООО «Умвег Холдинг»"], "previousName": ["Old Umweg"],
            "weakAlias": ["UH"], "jurisdiction": ["ru"], "innCode": ["7707083893"],
            "taxNumber": ["7707083893"], "registrationNumber": ["1027700132195"],
            "incorporationDate": ["1999-05"], "topics": ["sanction"], "addressEntity": ["addr-1"],
            "legalForm": ["OOO"],
        },
    },
    {
        "id": "NK-2", "caption": "Ivan Testov", "schema": "Person",
        "properties": {
            "name": ["Ivan Testov"], "firstName": ["Ivan"], "lastName": ["Testov"],
            "birthDate": ["1961"], "nationality": ["ru"], "gender": ["male"],
        },
    },
    {"id": "addr-1", "schema": "Address",
     "properties": {"full": ["Main street 1, Moscow"], "city": ["Moscow"], "country": ["ru"]}},
    {"id": "own-1", "schema": "Ownership",
     "properties": {"owner": ["NK-2"], "asset": ["NK-1"], "percentage": ["50.5%"],
                    "startDate": ["2020-01-01"], "role": ["shareholder"]}},
    {"id": "dir-1", "schema": "Directorship",
     "properties": {"director": ["NK-2"], "organization": ["NK-1"], "role": ["CEO"]}},
    {"id": "fam-1", "schema": "Family", "properties": {"person": ["NK-2"]}},
    {"id": "san-1", "schema": "Sanction", "datasets": ["us_ofac_sdn"],
     "properties": {"entity": ["NK-1"], "authority": ["OFAC"], "program": ["RUSSIA-EO14024"],
                    "listingDate": ["2022-03-24"]}},
    {"id": "pas-1", "schema": "Passport",
     "properties": {"holder": ["NK-2"], "number": ["A123"], "country": ["ru"]}},
    {"id": "occ-1", "schema": "Occupancy", "properties": {"holder": ["NK-2"]}},
]  # fmt: skip


def test_opensanctions_json_lines(load: Import, tmp_path: Path) -> None:
    file = tmp_path / "entities.ftm.json"
    lines = [json.dumps(entity, ensure_ascii=False) for entity in FTM]
    file.write_text("\n".join([*lines, '{"id": "cut off']) + "\n", encoding="utf-8")
    m = load(file)
    assert m.source == "opensanctions"
    assert (m.rows_read, m.rows_kept, m.rows_set_aside) == (10, 7, 3)
    assert {r["reason"] for r in rows(m, "set_aside")} == {
        "no-entity", "schema-not-held", "bad-json",
    }  # fmt: skip
    firm, person = rows(m, "entities")
    assert (firm["schema"], firm["countries"], firm["founded"]) == ("Company", ["RUS"], ["1999-05"])
    assert json.loads(firm["fields"])["legalForm"] == ["OOO"]
    names = {n["name"]: (n["kind"], n["weak"]) for n in of(m, "names", "NK-1")}
    assert names == {
        "Umweg Holding LLC": ("primary", False),
        "ООО «Умвег Холдинг»": ("original", False),
        "Old Umweg": ("former", False),
        "UH": ("alias", True),
    }
    kinds = {(i["kind"], i["value"]) for i in rows(m, "identifiers")}
    assert kinds == {("inn", "7707083893"), ("ogrn", "1027700132195"), ("passport", "A123")}
    own, director = rows(m, "relations")
    assert (own["subject_id"], own["object_id"]) == ("opensanctions/NK-2", "opensanctions/NK-1")
    assert (own["share_min"], own["share_max"], own["valid_from"]) == (50.5, 50.5, "2020-01-01")
    assert (director["kind"], director["role"]) == ("Directorship", "CEO")
    [listing] = rows(m, "listings")
    assert (listing["list"], listing["authority"]) == ("us_ofac_sdn", "OFAC")
    [address] = rows(m, "addresses")
    assert (address["entity_id"], address["country"]) == ("opensanctions/NK-1", "RUS")
    assert person["birth_dates"] == ["1961"]


def test_opensanctions_simple_csv(load: Import, tmp_path: Path) -> None:
    file = tmp_path / "targets.simple.csv"
    file.write_text(
        '"id","schema","name","aliases","birth_date","countries","addresses","identifiers",'
        '"sanctions","phones","emails","dataset","first_seen","last_seen","last_change"\n'
        '"NK-1","Company","Umweg Holding LLC","Umweg;ООО «Умвег»","","ru;cy","Main street 1",'
        '"INN 7707083893;X-1","RUSSIA-EO14024","","a@example.org","OFAC","2024-01-01",'
        '"2024-02-01","2024-01-02"\n',
        encoding="utf-8",
    )
    m = load(file)
    assert (m.source, m.rows_kept) == ("opensanctions", 1)
    assert not m.alarms
    assert rows(m, "entities")[0]["countries"] == ["RUS", "CYP"]
    assert {(i["kind"], i["value"]) for i in rows(m, "identifiers")} == {
        ("inn", "7707083893"), ("other", "X-1"), ("email", "a@example.org"),
    }  # fmt: skip


def test_csl_json(load: Import, tmp_path: Path) -> None:
    file = tmp_path / "consolidated.json"
    found = {
        "results": [
            {
                "id": "1", "source": "Entity List (EL) - Bureau of Industry and Security",
                "name": "Umweg Test Trading", "alt_names": ["UTT"], "programs": [],
                "addresses": [
                    {"address": "Main street 1", "city": "Almaty", "state": None,
                     "postal_code": "050000", "country": "KZ"}
                ],
                "federal_register_notice": "87 FR 1", "start_date": "2022-03-03",
                "license_requirement": "For all items subject to the EAR.",
                "ids": [{"type": "Registration Number", "number": "170440031562", "country": "KZ",
                         "issue_date": None, "expiration_date": None}],
                "source_list_url": "http://example.org", "source_information_url": "",
            }
        ]
    }  # fmt: skip
    file.write_text(json.dumps(found, indent=1), encoding="utf-8")
    m = load(file, allow_shrink=True)
    assert (m.source, m.rows_kept) == ("csl", 1)
    assert not m.alarms
    [listing] = rows(m, "listings")
    assert (listing["list"], listing["listed_from"]) == ("bis-entity-list", "2022-03-03")
    [number] = rows(m, "identifiers")
    assert (number["kind"], number["valid"], number["country"]) == ("bin", True, "KAZ")
    [address] = rows(m, "addresses")
    assert (address["city"], address["country"]) == ("Almaty", "KAZ")
