/** The words and the proportions that the sample is made of; proportions are those of the real catalogue. */
import { Weighted } from "./random.ts";

type Words = readonly [string, ...string[]];

function words(text: string): Words {
  const [first = "", ...rest] = text.split(",").map((word) => word.trim().replace(/\s+/g, " "));
  return [first, ...rest];
}

export const FIRST_NAMES =
  words(`Ada, Aleksander, Alma, Amara, Amir, Ana, Andrés, Anil, Anke, Annika, Arjun, Aslı, Astrid,
  Ayşe, Beatriz, Benoît, Bilal, Bogdan, Camila, Carlos, Cem, Chidi, Chloé, Claire, Cora, Dana, Daniel, Dario, Deepa, Diego,
  Dimitri, Ebru, Eduardo, Elif, Emeka, Emil, Esra, Eva, Fatima, Felipe, Femi, Fiona, Frida, Gabriel, Giulia, Gökhan, Grace,
  Hana, Haruto, Hassan, Helena, Hiroshi, Hugo, Ibrahim, Ifeoma, Ines, Ingrid, Iris, Ivan, Jae-won, Jakub, Jana, Jin, Joana,
  Jonas, José, Julia, Kaito, Karim, Katarzyna, Kavita, Keiko, Kiran, Klara, Lars, Laila, Lea, Leonard, Li, Linnea, Lorenzo,
  Lucía, Łukasz, Luca, Magda, Mahesh, Malik, Marta, Mateo, Mei, Mehmet, Mia, Milan, Min-jun, Mira, Nadia, Naoki, Nasir,
  Neha, Ngozi, Nikhil, Nina, Nora, Noah, Olga, Oscar, Özge, Pablo, Paula, Petra, Pierre, Priya, Rafael, Ravi, Renée, Rosa,
  Ruth, Sakura, Salma, Samir, Sanjay, Sara, Sergio, Seo-yeon, Simone, Sofia, Søren, Sunil, Takumi, Tara, Tereza, Thomas,
  Tunde, Uma, Valentina, Vera, Vikram, Wanjiru, Wei, Xavier, Yara, Yasmin, Yuki, Yusuf, Zainab, Zoë`);

export const LAST_NAMES =
  words(`Abe, Adeyemi, Aguilar, Ahmed, Almeida, Andersson, Aoki, Arslan, Aydın, Bakker, Banerjee, Barbosa,
  Baumann, Becker, Berg, Bernard, Bhatt, Biedroń, Blanc, Borges, Brandt, Campos, Castillo, Çelik, Chandra, Chen, Choi,
  Chopra, Costa, Cruz, Dahl, Das, Demir, Desai, Diaz, Dubois, Duarte, Eriksen, Escobar, Eze, Farias, Fernández, Ferrari,
  Fischer, Fontaine, Fujita, Gallo, Garcia, Ghosh, Gómez, Gupta, Haddad, Hansen, Haas, Herrera, Hoffmann, Horvat, Ibarra,
  Ishikawa, Ivanov, Iyer, Jansen, Jha, Johansson, Joshi, Kang, Kapoor, Kaya, Keller, Khan, Kim, Kimura, Koç, Kovač,
  Kowalski, Kumar, Lang, Larsen, Leclerc, Lee, Lima, Lindberg, López, Lund, Malhotra, Marino, Martins, Mbeki, Medina,
  Mehra, Meyer, Mishra, Moreau, Mori, Müller, Nair, Nakamura, Navarro, Nielsen, Novák, Nwosu, Ochoa, Okafor, Okonkwo,
  Olsen, Ono, Ortega, Özdemir, Pacheco, Park, Patel, Pereira, Petrov, Pillai, Quintero, Rahman, Ramos, Rao, Reddy, Reyes,
  Ricci, Roche, Rojas, Romano, Rossi, Roy, Saito, Salazar, Santos, Sato, Schmidt, Sen, Serrano, Shah, Sharma, Silva, Singh,
  Soto, Suzuki, Svensson, Takahashi, Tanaka, Torres, Tran, Ueda, Vargas, Vega, Verma, Vidal, Wagner, Wang, Watanabe,
  Weber, Wójcik, Wong, Yamada, Yang, Yıldız, Zhang, Zielińska, Zimmermann`);

export const NICKNAMES = words("Ace, Blitz, Captain, Doc, Duke, Flash, Kit, Lefty, Professor, Red, Slim, Spider");

export const ADJECTIVES =
  words(`Broken, Crimson, Distant, Endless, First, Forgotten, Golden, Hidden, Hollow, Last, Lonely, Long,
  Lost, Midnight, Paper, Perfect, Quiet, Restless, Salt, Secret, Silent, Silver, Small, Stolen, Strange, Sudden, Velvet,
  White, Wild, Winter`);

export const NOUNS =
  words(`Accident, Bakery, Bride, Bridge, Canary, City, Daughter, Detective, Distance, Dream, Empire, Field,
  Garden, Harbor, Heist, House, Inheritance, Island, Journey, Kitchen, Letter, Lighthouse, Mirror, Monsoon, Mountain, Neighbor,
  Orchard, Orphan, Passenger, Promise, Rebellion, River, Season, Sky, Stranger, Summer, Teacher, Train, Valley, Witness`);

export const PLACES =
  words(`Abuja, Bogotá, Bursa, Busan, Cartagena, Delhi, Gdańsk, Istanbul, Kyoto, Lagos, Leeds, Lisbon, Lyon,
  Malmö, Manila, Medellín, Mumbai, Naples, Oslo, Osaka, Prague, Quebec, Seville, Taipei, Valencia, Vienna`);

export const SUBTITLES =
  words(`A Love Story, Behind the Curtain, The Final Cut, Live in Concert, The Movie, Part Two, The Reunion,
  A New Beginning, The Untold Story, One Night Only, Christmas Special, The Lost Tapes`);

export const HEROES =
  words(`a retired detective, a young chef, two estranged sisters, a widowed teacher, an ambitious lawyer,
  a small-town mayor, a shy musician, a disgraced surgeon, a band of misfits, a teenage inventor, an undercover journalist,
  a single father, a rookie pilot, three childhood friends, an aging boxer, a newlywed couple, a curious robot`);

export const TURNS =
  words(`must face a secret buried for decades, is drawn into a dangerous game, discovers a plot that reaches
  the top, tries to win back a family fortune, has one summer to change everything, sets out to find a vanished brother,
  stumbles upon a stolen painting, takes in a mysterious guest, gets a second chance at love, falls in with a gang of
  thieves, fights to save a beloved theater`);

export const ENDINGS =
  words(`before time runs out, while the whole town is watching, in this heartfelt drama, as old rivalries
  flare up again, on the eve of a storm, with nothing left to lose, in a country on the brink of change, and finds an
  unlikely ally, but the truth has a price, in a tale based on real events, over one unforgettable weekend`);

export const SLOGANS = words(
  "the best of us, king of the road, born to lose, never again, the voice of the north, home at last",
);

export const RATINGS = new Weighted([
  ["TV-MA", 2027],
  ["TV-14", 1698],
  ["TV-PG", 700],
  ["R", 508],
  ["PG-13", 286],
  ["NR", 218],
  ["PG", 184],
  ["TV-Y7", 169],
  ["TV-G", 149],
  ["TV-Y", 143],
  ["TV-Y7-FV", 95],
  ["G", 37],
  ["UR", 7],
  ["NC-17", 2],
]);

export const YEARS_ADDED = new Weighted([
  [2008, 2],
  [2009, 2],
  [2010, 1],
  [2011, 13],
  [2012, 7],
  [2013, 12],
  [2014, 25],
  [2015, 90],
  [2016, 456],
  [2017, 1299],
  [2018, 1782],
  [2019, 2349],
  [2020, 184],
]);

export const SEASONS = new Weighted([
  [1, 1321],
  [2, 304],
  [3, 158],
  [4, 61],
  [5, 46],
  [6, 22],
  [7, 21],
  [8, 16],
  [9, 7],
  [10, 3],
  [11, 3],
  [12, 2],
  [13, 2],
  [15, 2],
]);

export const MOVIE_GENRES = new Weighted([
  ["International Movies", 1927],
  ["Dramas", 1623],
  ["Comedies", 1113],
  ["Documentaries", 668],
  ["Action & Adventure", 597],
  ["Independent Movies", 552],
  ["Thrillers", 392],
  ["Children & Family Movies", 378],
  ["Romantic Movies", 376],
  ["Stand-Up Comedy", 281],
  ["Horror Movies", 262],
  ["Music & Musicals", 243],
  ["Sci-Fi & Fantasy", 193],
  ["Sports Movies", 157],
  ["Classic Movies", 84],
  ["LGBTQ Movies", 60],
  ["Movies", 56],
  ["Cult Movies", 55],
  ["Faith & Spirituality", 47],
  ["Anime Features", 45],
]);

export const SHOW_GENRES = new Weighted([
  ["International TV Shows", 1001],
  ["TV Dramas", 599],
  ["TV Comedies", 436],
  ["Crime TV Shows", 363],
  ["Kids' TV", 328],
  ["Docuseries", 279],
  ["Romantic TV Shows", 278],
  ["British TV Shows", 210],
  ["Reality TV", 153],
  ["Korean TV Shows", 132],
  ["TV Action & Adventure", 126],
  ["Anime Series", 117],
  ["Spanish-Language TV Shows", 117],
  ["TV Mysteries", 69],
  ["TV Sci-Fi & Fantasy", 68],
  ["Science & Nature TV", 67],
  ["TV Horror", 54],
  ["Teen TV Shows", 44],
  ["TV Thrillers", 44],
  ["Stand-Up Comedy & Talk Shows", 42],
  ["Classic & Cult TV", 24],
  ["TV Shows", 10],
]);

export const COUNTRIES = new Weighted([
  ["United States", 2609],
  ["India", 838],
  ["United Kingdom", 601],
  ["Canada", 318],
  ["France", 271],
  ["Japan", 231],
  ["Spain", 178],
  ["South Korea", 162],
  ["Germany", 151],
  ["Mexico", 129],
  ["Australia", 126],
  ["China", 120],
  ["Hong Kong", 97],
  ["Turkey", 87],
  ["Taiwan", 75],
  ["Argentina", 68],
  ["Italy", 67],
  ["Belgium", 66],
  ["Brazil", 66],
  ["Thailand", 56],
  ["Egypt", 54],
  ["Indonesia", 52],
  ["Philippines", 47],
  ["Denmark", 38],
  ["Netherlands", 37],
  ["Nigeria", 36],
  ["Colombia", 36],
  ["Ireland", 33],
  ["Sweden", 33],
  ["South Africa", 30],
  ["Singapore", 30],
  ["Poland", 26],
  ["Israel", 26],
  ["Chile", 23],
  ["Pakistan", 23],
  ["New Zealand", 23],
  ["Norway", 21],
  ["Russia", 21],
  ["United Arab Emirates", 21],
  ["Malaysia", 21],
  ["Czech Republic", 15],
  ["Switzerland", 15],
  ["Austria", 10],
  ["Kenya", 5],
  ["Vietnam", 5],
]);

/** How many people, countries and genres a title has, where it has any. */
export const CAST_SIZE = new Weighted([
  [1, 697],
  [2, 149],
  [3, 138],
  [4, 204],
  [5, 267],
  [6, 486],
  [7, 427],
  [8, 832],
  [9, 491],
  [10, 974],
  [11, 312],
  [12, 205],
  [13, 116],
  [14, 86],
  [15, 78],
  [17, 77],
  [19, 35],
  [22, 27],
  [26, 20],
  [33, 8],
  [42, 4],
  [50, 1],
]);

export const DIRECTOR_COUNT = new Weighted([
  [1, 3831],
  [2, 384],
  [3, 23],
  [4, 11],
  [5, 4],
  [10, 12],
]);

export const COUNTRY_COUNT = new Weighted([
  [1, 4838],
  [2, 607],
  [3, 196],
  [4, 74],
  [5, 26],
  [6, 15],
]);

export const GENRE_COUNT = new Weighted([
  [1, 1450],
  [2, 2132],
  [3, 2652],
]);
