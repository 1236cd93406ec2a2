/** The locales that ICU has collations of, as Spark 4.1 names them: language, script, country of three letters. */
export const LOCALES: readonly string[] = (
  "af am ar ar_SAU as az be bg bn bo br bs bs_Cyrl ca ceb chr cs cy da de de_AUT dsb dz ee el en en_USA eo es et fa fa_AFG " +
  "ff ff_Adlm fi fil fo fr fr_CAN fy ga gl gu ha haw he he_ISR hi hr hsb hu hy id id_IDN ig is it ja ka kk kl km kn ko kok " +
  "ku ky lb lij lkt ln lo lt lv mk ml mn mr ms mt my nb nb_NOR ne nl nn no nso om or pa pa_Guru pa_Guru_IND pl ps pt ro ru " +
  "sa se si sk sl smn sq sr sr_Cyrl sr_Cyrl_BIH sr_Cyrl_MNE sr_Cyrl_SRB sr_Latn sr_Latn_BIH sr_Latn_SRB st sv sw ta te th " +
  "tk tn to tr ug uk ur uz vi wae wo xh yi yo zh zh_Hans zh_Hans_CHN zh_Hans_SGP zh_Hant zh_Hant_HKG zh_Hant_MAC zh_Hant_TWN zu"
).split(" ");

/** Countries of those locales: the code of two letters and the English name. */
export const COUNTRIES: ReadonlyMap<string, { readonly code: string; readonly name: string }> = new Map(
  Object.entries({
    AFG: ["AF", "Afghanistan"],
    AUT: ["AT", "Austria"],
    BIH: ["BA", "Bosnia & Herzegovina"],
    CAN: ["CA", "Canada"],
    CHN: ["CN", "China"],
    HKG: ["HK", "Hong Kong SAR China"],
    IDN: ["ID", "Indonesia"],
    IND: ["IN", "India"],
    ISR: ["IL", "Israel"],
    MAC: ["MO", "Macao SAR China"],
    MNE: ["ME", "Montenegro"],
    NOR: ["NO", "Norway"],
    SAU: ["SA", "Saudi Arabia"],
    SGP: ["SG", "Singapore"],
    SRB: ["RS", "Serbia"],
    TWN: ["TW", "Taiwan"],
    USA: ["US", "United States"],
  }).map(([key, [code = "", name = ""]]) => [key, { code, name }] as const),
);

/** The English names of the languages. */
export const LANGUAGES: ReadonlyMap<string, string> = new Map(
  (
    "af:Afrikaans sq:Albanian am:Amharic ar:Arabic hy:Armenian as:Assamese az:Azerbaijani bn:Bangla be:Belarusian " +
    "bs:Bosnian br:Breton bg:Bulgarian my:Burmese ca:Catalan ceb:Cebuano chr:Cherokee zh:Chinese hr:Croatian " +
    "cs:Czech da:Danish nl:Dutch dz:Dzongkha en:English eo:Esperanto et:Estonian ee:Ewe fo:Faroese fil:Filipino " +
    "fi:Finnish fr:French ff:Fula gl:Galician ka:Georgian de:German el:Greek gu:Gujarati ha:Hausa haw:Hawaiian " +
    "he:Hebrew hi:Hindi hu:Hungarian is:Icelandic ig:Igbo smn:Inari_Sami id:Indonesian ga:Irish it:Italian " +
    "ja:Japanese kl:Kalaallisut kn:Kannada kk:Kazakh km:Khmer kok:Konkani ko:Korean ku:Kurdish ky:Kyrgyz lkt:Lakota " +
    "lo:Lao lv:Latvian lij:Ligurian ln:Lingala lt:Lithuanian dsb:Lower_Sorbian lb:Luxembourgish mk:Macedonian " +
    "ms:Malay ml:Malayalam mt:Maltese mr:Marathi mn:Mongolian ne:Nepali se:Northern_Sami nso:Northern_Sotho " +
    "nb:Norwegian_Bokmål nn:Norwegian_Nynorsk no:Norwegian or:Odia om:Oromo ps:Pashto fa:Persian pl:Polish " +
    "pt:Portuguese pa:Punjabi ro:Romanian ru:Russian sa:Sanskrit sr:Serbian si:Sinhala sk:Slovak sl:Slovenian " +
    "st:Southern_Sotho es:Spanish sw:Swahili sv:Swedish ta:Tamil te:Telugu th:Thai bo:Tibetan to:Tongan tn:Tswana " +
    "tr:Turkish tk:Turkmen uk:Ukrainian hsb:Upper_Sorbian ur:Urdu ug:Uyghur uz:Uzbek vi:Vietnamese wae:Walser " +
    "cy:Welsh fy:Western_Frisian wo:Wolof xh:Xhosa yi:Yiddish yo:Yoruba zu:Zulu"
  )
    .split(" ")
    .map((each) => {
      const [code = "", name = ""] = each.split(":");
      return [code, name.replaceAll("_", " ")] as const;
    }),
);
