package api

import "strings"

// phrase is an English message with holes, {}, and its Russian words with the
// holes in the same order.
type phrase struct{ en, ru string }

// translate puts a message of huma or of the packages behind into the reader's
// language; they write English. A message that no phrase knows stays as it is.
func translate(l Language, en string) string {
	if l != Russian {
		return en
	}
	for _, p := range named {
		if holes, ok := fit(p.en, en); ok {
			for i := range holes {
				holes[i] = p.holes[i].word(holes[i])
			}
			return fill(p.ru, holes)
		}
	}
	for _, p := range phrases {
		if holes, ok := fit(p.en, en); ok {
			return fill(p.ru, holes)
		}
	}
	return en
}

// fill puts words into the holes of a text, in their order.
func fill(template string, holes []string) string {
	var b strings.Builder
	for _, h := range holes {
		before, after, ok := strings.Cut(template, "{}")
		if !ok {
			break // a hole that only English has
		}
		b.WriteString(before + h)
		template = after
	}
	return b.String() + template
}

// fit says whether a text is a template with its holes filled, and with what.
func fit(template, s string) (holes []string, ok bool) {
	first, rest, more := strings.Cut(template, "{}")
	if s, ok = strings.CutPrefix(s, first); !ok || !more {
		return nil, ok && s == ""
	}
	for {
		var literal string
		literal, rest, more = strings.Cut(rest, "{}")
		if !more {
			hole, ok := strings.CutSuffix(s, literal)
			return append(holes, hole), ok
		}
		hole, after, ok := strings.Cut(s, literal)
		if !ok {
			return nil, false
		}
		holes, s = append(holes, hole), after
	}
}

// phrases are in the order of their packages; the first that fits counts.
var phrases = []phrase{
	// huma
	{"unknown query parameter", "неизвестный параметр"},
	{"unexpected property", "неизвестное поле"},
	{"validation failed", "в запросе есть ошибки"},
	{"unknown content type: {}", "нужен Content-Type: application/json, а не {}"},
	{"request body is required", "нужно тело запроса"},
	{"request body is too large limit={} bytes", "тело запроса больше {} байт"},
	{"request body read timeout", "тело запроса не пришло вовремя"},
	{"expected required property {} to be present", "не хватает обязательного поля {}"},
	{"required {} parameter is missing", "не хватает обязательного параметра"},
	{"expected string to be RFC 3339 date-time", "нужны дата и время вида 2026-11-24T09:00:00Z"},
	{"invalid date/time{}", "нужны дата и время вида 2026-11-24T09:00:00Z"},
	{"expected value to be one of {}", "нужно одно из значений: {}"},
	{"expected number >= {}", "нужно число не меньше {}"},
	{"expected number <= {}", "нужно число не больше {}"},
	{"expected length >= {}", "нужно символов не меньше {}"},
	{"expected length <= {}", "нужно символов не больше {}"},
	{"expected array length >= {}", "нужно значений не меньше {}"},
	{"expected array length <= {}", "нужно значений не больше {}"},
	{"expected boolean", "нужно true или false"},
	{"invalid boolean{}", "нужно true или false"},
	{"expected integer", "нужно целое число"},
	{"invalid integer{}", "нужно целое число"},
	{"expected number", "нужно число"},
	{"expected string", "нужен текст"},
	{"expected array", "нужен список"},
	{"expected object", "нужен объект"},
	{"the body is not UTF-8 at byte {}", "тело запроса — не UTF-8, начиная с байта {}"},
	{"invalid character {}", "это не JSON: лишний знак {}"},
	{"unexpected end of JSON input", "это не JSON: он оборван"},

	// what several packages say
	{"there is no post {} in region {}", "публикации {} нет в регионе {}"},
	{"there is no post {}", "публикации {} нет"},
	{"there is no search {}", "поиска {} нет"},
	{"there is no standing search {}", "сохранённого поиска {} нет"},
	{"there is no rule {}", "правила {} нет"},
	{"there is no source {}", "источника {} нет"},
	{"there is no region {}", "региона {} нет"},
	{"there is no token {}", "токена {} нет"},
	{"there is no incident {}", "инцидента {} нет"},
	{"there is no agency {}", "ведомства {} нет"},
	{"region {} is unknown; a code looks like RU-PRI", "регион {} неизвестен; код выглядит так: RU-PRI"},
	{"region {} is not one of yours", "регион {} — не из ваших"},
	{"region {} is not among yours", "регион {} — не из ваших"},
	{"all regions are more than you may see", "все регионы — больше, чем вам видно"},
	{"you may not see {} posts", "вам не видны публикации с доступом {}"},
	{"is empty; name at least one region{}", "пусто; назовите хотя бы один регион"},
	{"names {} regions; 1–{} are possible, \"*\" is all", "названо регионов: {}; можно 1–{}, \"*\" — все"},
	{"has {} characters; {} are allowed", "символов {}, а можно {}"},
	{"holds a character that is not text", "содержит знак, который не является текстом"},
	{"{} is not an e-mail address", "{} — не адрес электронной почты"},
	{"{} is not a time zone; for example Asia/Vladivostok", "{} — не часовой пояс; нужно, например, Asia/Vladivostok"},
	{"use low, normal, raised or critical", "нужно low, normal, raised или critical"},
	{"use 1…{}", "нужно число 1…{}"},
	{"the database can't answer now", "база данных сейчас не отвечает"},
	{"the server goes down", "сервер останавливается"},
	{"must not be empty", "не должно быть пустым"},
	{"is empty", "пусто"},
	{"1–400 bytes", "нужно 1–400 байт"},
	{"at most {} bytes", "можно не больше {} байт"},
	{"{} bytes, at most {}", "{} байт, а можно {}"},
	{"not a cursor of this list: begin with the first page", "это не продолжение этого списка; начните с первой страницы"},

	// tokens, searches
	{"is empty; the audit trail shows it", "пусто; имя видно в журнале действий"},
	{"{} is no role; there are {}", "роли {} нет; есть {}"},
	{"an executor has 1–{} agencies, nobody else does", "у исполнителя 1–{} ведомств, у остальных их нет"},
	{"is later than a year from now", "позже чем через год"},
	{"you have {} tokens; revoke one that you need no longer", "у вас уже {} токенов; отзовите ненужный"},
	{"is in the past", "уже прошло"},
	{"token {} is the last of an administrator of all regions; make another first", "токен {} — последний у администратора всех регионов; сначала создайте другой"},
	{"is empty; give the search a name", "пусто; назовите поиск"},
	{"search {} is in version {}, not {}: somebody changed it; load it again and repeat your change", "поиск {} уже в версии {}, а не {}: его изменили; загрузите его снова и повторите изменение"},

	// people, sign-in
	{"there is no person {}", "такого человека нет: {}"},
	{"there is no session {}", "входа {} нет"},
	{"login or password is wrong", "неверный логин или пароль"},
	{"the code is missing, wrong or used already", "нужен код: его нет, он неверен или уже использован"},
	{"too many failed attempts; try again in {} minutes", "слишком много неудачных попыток; повторите через {} мин."},
	{"too many people sign in at once; try again", "слишком многие входят одновременно; повторите"},
	{"has 2–64 letters, digits and . _ @ + -, and begins with a letter or a digit", "нужно 2–64 буквы, цифры и знаки . _ @ + -, сначала буква или цифра"},
	{"is empty; give a login, or an e-mail address for a sign-in through a provider", "пусто; дайте логин или адрес почты для входа через поставщика"},
	{"somebody has this login already", "этот логин уже занят"},
	{"{} is no role", "роли {} нет"},
	{"{} is neither ru nor en", "нужно ru или en, а не {}"},
	{"you may not see sealed cases yourself", "вам самим не видны закрытые дела"},
	{"has {} characters; at least {} are needed: four words in a row are easy to remember", "символов {}, а нужно не меньше {}: четыре слова подряд легко запомнить"},
	{"is longer than {} bytes", "длиннее {} байт"},
	{"holds bytes that are not text", "содержит байты, которые не являются текстом"},
	{"is common or easy to guess; four words that don't belong together are better than a word with digits", "слишком известен или легко угадывается; четыре не связанных слова лучше, чем слово с цифрами"},
	{"is not your present password", "это не ваш нынешний пароль"},
	{"is the old one", "это прежний пароль"},
	{"change your own password with the old one", "свой пароль меняют, назвав прежний"},
	{"person {} is in version {}, not {}: somebody changed it; load it again and repeat your change", "запись {} уже в версии {}, а не {}: её изменили; загрузите её снова и повторите изменение"},
	{"this is the last administrator of all regions; make another first", "это последний администратор всех регионов; сначала назначьте другого"},
	{"the installation is set up already; sign in", "установка уже настроена; войдите"},
	{"is not the set-up code that the server showed when it started", "это не код настройки, который сервер показал при запуске"},
	{"this sign-in is over or was used already; begin again", "этот вход уже закончен или устарел; начните снова"},
	{"the second factor is on already; switch it off first", "второй фактор уже включён; сначала выключите его"},
	{"begin the second factor first", "сначала начните включать второй фактор"},
	{"is not the code that the application shows now; check the clock of the phone", "приложение показывает сейчас другой код; проверьте часы телефона"},
	{"is not the code that the application shows now, nor a recovery code that is left", "это не код, который сейчас показывает приложение, и не оставшийся запасной код"},
	{"switch your own second factor off with a code", "свой второй фактор выключают кодом"},

	// sources
	{"network {} is unknown; there are {}", "сеть {} неизвестна; есть {}"},
	{"{} is none of public, partner, sealed", "{} — не public, partner или sealed"},
	{"retention class {} is unknown", "класс хранения {} неизвестен"},
	{"{} is not between {} and {} posts", "{} — не число публикаций от {} до {}"},
	{"this is an invitation to a private channel; only public channels are read", "это приглашение в закрытый канал, а читаются только открытые"},
	{"{} is not a public Telegram channel: write its @name or https://t.me/name", "{} — не открытый канал Telegram: напишите его @имя или https://t.me/имя"},
	{"{} is not the address of a feed, such as https://gazeta.example/rss.xml: it is too long", "{} — не адрес ленты вида https://gazeta.example/rss.xml: он слишком длинный"},
	{"{} is not the address of a feed, such as https://gazeta.example/rss.xml: it can't be read", "{} — не адрес ленты вида https://gazeta.example/rss.xml: его не разобрать"},
	{"{} is not the address of a feed, such as https://gazeta.example/rss.xml: feeds are read over http and https", "{} — не адрес ленты вида https://gazeta.example/rss.xml: ленты читаются по http и https"},
	{"{} is not the address of a feed, such as https://gazeta.example/rss.xml: names and passwords in addresses are not kept", "{} — не адрес ленты вида https://gazeta.example/rss.xml: имена и пароли в адресах не хранятся"},
	{"{} is not the address of a feed, such as https://gazeta.example/rss.xml: its host is not a name", "{} — не адрес ленты вида https://gazeta.example/rss.xml: имя сервера в нём неверно"},
	{"{} is a source already", "источник {} уже есть"},
	{"source {} also belongs to region {}, which is not one of yours", "источник {} принадлежит и региону {}, а он не из ваших"},
	{"source {} is switched off", "источник {} выключен"},
	{"source {} asked not to be read before {}", "источник {} просил не читать его до {}"},

	// rejected records
	{"there is no rejected record {}, or it is kept no longer", "отвергнутой записи {} нет, или она уже не хранится"},
	{"there is no rejected record {}; one is called for example posts-3-17", "отвергнутой записи {} нет; её имя выглядит так: posts-3-17"},
	{"record {} was put back already, by {}", "запись {} уже возвращена в обработку, кто: {}"},
	{"record {} was dropped already, by {}", "запись {} уже списана, кто: {}"},
	{"record {} waits: somebody has just taken a decision back", "запись {} ждёт: кто-то только что отменил решение"},
	{"record {} was put back: that can't be taken back", "запись {} возвращена в обработку: этого не отменить"},
	{"record {} waits already", "запись {} уже ждёт"},
	{"no records of this topic can be rejected; there are {}", "записи этой темы не отвергаются; есть {}"},

	// agencies, rules, routes, presets
	{"the region has an agency of this name", "в регионе уже есть ведомство с таким названием"},
	{"an agency stays in its region: {}", "ведомство остаётся в своём регионе: {}"},
	{"an address http(s)://…, without a password", "нужен адрес http(s)://… без пароля"},
	{"16–200 bytes{}", "нужно 16–200 байт"},
	{"an agency that is not active can't be the default one", "ведомство, которое не действует, не может быть основным"},
	{"a rule stays in its region: {}", "правило остаётся в своём регионе: {}"},
	{"use suggest or auto", "нужно suggest или auto"},
	{"region {} has no preset {}", "в регионе {} нет набора сроков {}"},
	{"region {} has no active agency {}", "в регионе {} нет действующего ведомства {}"},
	{"deeper than {} levels", "глубже {} уровней"},
	{"{} nodes, at most {}", "узлов {}, а можно {}"},
	{"a name of 1–200 bytes: it is how people find the node", "нужно название в 1–200 байт: по нему находят узел"},
	{"no active agency {} in region {}", "нет действующего ведомства {} в регионе {}"},
	{"no preset {}; there are {}", "набора сроков {} нет; есть {}"},
	{"{} values, at most {}", "значений {}, а можно {}"},
	{"at most {}", "можно не больше {}"},
	{"this tree is asked only about {}", "это дерево — только о регионе {}"},
	{"use network:owner", "нужно сеть:владелец, например telegram:1084368520"},
	{"the route of {} is at version {}, not {}; {} saved it at {}", "дерево {} уже в версии {}, а не {}: его сохранили ({}, {})"},
	{"use a small Latin letter followed by letters, digits, - and _; at most 40", "нужна строчная латинская буква, затем буквы, цифры, - и _; всего до 40"},
	{"say in 1–400 bytes what the preset is for", "напишите в 1–400 байтах, для чего этот набор сроков"},
	{"no such clock; there are {}", "таких часов нет; есть {}"},
	{"use wall, working or working_days", "нужно wall, working или working_days"},
	{"use published, detected, registered, assigned or entered", "нужно published, detected, registered, assigned или entered"},
	{"a region has at most {} presets", "в регионе может быть не больше {} наборов сроков"},
	{"the glossary is at revision {}, not {}; {} saved it at {}", "словарь уже в редакции {}, а не {}: его сохранили ({}, {})"},
	{"the glossary was changed {} times since the index was last made anew; wait until it is", "с тех пор как индекс последний раз перестроен, словарь менялся {} раз; дождитесь конца перестройки"},
	{"there is no revision {} of the glossary", "редакции {} словаря нет"},
	{"is what it was; there is nothing to save", "не изменилось: сохранять нечего"},
	{"preset {} is at version {}, not {}; {} saved it at {}", "набор сроков {} уже в версии {}, а не {}: его сохранили ({}, {})"},
	{"region {} has no preset {} of its own", "в регионе {} нет своего набора сроков {}"},
	{"preset {} is named by the rule {}; choose another there first", "набор сроков {} выбран в правиле {}; сначала выберите там другой"},
	{"preset {} is named by the tree of routes; choose another there first", "набор сроков {} выбран в маршрутах; сначала выберите там другой"},
	{"weekday {} is not 0 (Sunday) … 6 (Saturday)", "день недели {}: нужно от 0 (воскресенье) до 6 (суббота)"},
	{"shift {}–{} on weekday {}: minutes from midnight, in order, not overlapping, at most 1440", "смена {}–{} в день {}: нужны минуты от полуночи, по порядку, без наложений, не больше 1440"},
	{"no weekday has a shift", "нет ни одной смены: отметьте хотя бы один рабочий день"},
	{"agency {} has neither an e-mail address nor one for webhooks", "у ведомства {} нет ни почты, ни адреса для вебхуков"},

	// how a message went
	{"this installation has no channel {}", "в этой установке не настроен способ {}"},
	{"the receiver answered {}; redirects are not followed", "получатель ответил {}; по перенаправлениям мы не ходим"},
	{"the receiver answered {}", "получатель ответил {}"},
	{"the address is not http(s)://…", "адрес не вида http(s)://…"},
	{"the address is not usable", "по этому адресу нельзя обратиться"},
	{"not an e-mail address", "это не адрес электронной почты"},
	{"an earlier attempt was cut off: it may have arrived twice", "прежняя попытка оборвалась: могло дойти дважды"},
	{"mail server: {}", "почтовый сервер: {}"},
	{"dial tcp {}: connect: connection refused", "по адресу {} никто не отвечает: в соединении отказано"},
	{"dial tcp: lookup {}: no such host", "имени {} нет в DNS"},
	{"dial tcp: lookup {} on {}: no such host", "имени {} нет в DNS (спрашивали {})"},
	{"context deadline exceeded", "не дождались ответа"},

	// incidents
	{"{} is no state; there are {}", "состояния {} нет; есть {}"},
	{"use internal or resident", "нужно internal или resident"},
	{"there is no draft to approve", "нет проекта ответа, который можно утвердить"},
	{"whoever wrote a draft may not approve it", "автор проекта ответа не может его утвердить"},
	{"a draft needs an author", "у проекта ответа должен быть автор"},
	{"say the hash of the text that you have read (draft.hash)", "назовите хеш прочитанного текста (draft.hash)"},
	{"the draft is not the text that you have read: its hash is {}", "проект ответа — не тот текст, который вы прочитали: его хеш {}"},
	{"the text of the answer is not the one that was approved", "текст ответа — не тот, который утверждён"},
	{"the public address of the answer: http(s)://…", "нужен публичный адрес ответа: http(s)://…"},
	{"say which agency: none is proposed", "назовите ведомство: оно не предложено"},
	{"a day from now on, within two years", "нужен день начиная с сегодняшнего, не дальше двух лет"},
	{"say where the interim answer was published", "назовите, где опубликован промежуточный ответ"},
	{"an incident is not a duplicate of itself", "инцидент не повторяет сам себя"},
	{"incident {} is of region {}, this one of {}", "инцидент {} — региона {}, а этот — {}"},
	{"incident {} is itself a duplicate of this one", "инцидент {} сам повторяет этот"},
	{"incident {} has no post {}", "в инциденте {} нет публикации {}"},
	{"not a region of this post", "это не регион этой публикации"},
	{"post {} belongs to incident {}", "публикация {} уже в инциденте {}"},
}
