package query

import (
	"fmt"
	"strings"
)

// Message says what is wrong and what would be right, in Russian for "ru",
// otherwise in English.
func (e Error) Message(lang string) string {
	ru, en := e.texts()
	if lang == "ru" {
		return ru
	}
	return en
}

func (e Error) texts() (ru, en string) {
	both := func(r, n string, args ...any) (string, string) {
		return fmt.Sprintf(r, args...), fmt.Sprintf(n, args...)
	}
	switch e.Code {
	case Unclosed:
		return both("«%s» не закрыто: добавьте парный знак", "%s is not closed: add its other half", e.Found)
	case Unopened:
		return both("«%s» без открывающей пары: уберите её или добавьте открывающую", "%s closes nothing: remove it or add the opening one", e.Found)
	case MissingSide:
		return both("у «%s» с одной стороны ничего нет: добавьте слово или уберите оператор; чтобы искать само слово, напишите его строчными буквами",
			"%s has nothing on one side: add a word or remove the operator; to look for the word itself write it in lower case", e.Found)
	case LoneMinus:
		return both("минус стоит отдельно: напишите его слитно со словом (-слово), а тире уберите", "a minus stands alone: write it together with the word (-word), or remove the dash")
	case LoneBang:
		return both("«%s»: восклицательный знак ставится слитно перед одним словом (!слово)", "%s: an exclamation mark stands right before one word (!word)", e.Found)
	case NoWord:
		return both("«%s»: здесь нет слова для поиска (букв или цифр); знаки, смайлы и ссылки не ищутся, уберите их", "%s: there is no word to look for (no letters or digits); signs, emoji and links are not searched, remove them", e.Found)
	case EmptyPhrase:
		return both("«%s»: во фразе нет слов; напишите их или уберите кавычки", "%s: the phrase has no words; write some or remove it", e.Found)
	case EmptyGroup:
		return both("скобки пусты: напишите в них слова или уберите", "the group is empty: write words in it or remove it")
	case InPhrase:
		return both("«%s» внутри фразы [ ] не действует: во фразе стоят только слова", "%s means nothing inside [ ]: a phrase holds only words", e.Found)
	case UnknownField:
		name := strings.TrimSuffix(e.Found, ":")
		if e.About != "" {
			return both("поля «%s» нет: напишите %s:", "there is no field %s: write %s:", name, e.About)
		}
		return both("поля «%s» нет; есть net:, source:, region:, since:, until:; чтобы искать слово, уберите двоеточие", "there is no field %s; there are net:, source:, region:, since:, until:; to look for the word remove the colon", name)
	case Link:
		return both("«%s»: ссылки не ищутся как слова; поиск по domain: пока недоступен", "%s: links are not searched as words; domain: is not available yet", e.Found)
	case EmptyValue:
		return both("у %s нет значения: напишите его сразу после двоеточия, без пробелов и кавычек, несколько — через запятую (%s)", "%s has no value: write it right after the colon, without spaces and quotes, several with commas (%s)", e.About+":", example(e.About))
	case BadValue:
		return both("«%s» — не значение поля %s; пример: %s", "%s is not a value of the field %s; an example is %s", e.Found, e.About, example(e.About))
	case BadDay:
		return both("«%s» — не дата: напишите год-месяц-день, например %s", "%s is not a day: write year-month-day, for example %s", e.Found, example(e.About))
	case Reserved:
		r, n := feature(e.About)
		return fmt.Sprintf("«%s»: %s", e.Found, r), fmt.Sprintf("%s: %s is not available yet", e.Found, n)
	case Backwards:
		return both("«%s» раньше, чем «%s»: таких дней нет; поменяйте даты местами", "%s is before %s: there are no such days; swap the dates", e.Found, e.About)
	case TooLong:
		return both("запрос длиннее %d знаков: сократите его или разделите на несколько", "the query is longer than %d characters: shorten or divide it", MaxChars)
	case TooMany:
		return both("в запросе больше %d слов и значений: разделите его на несколько", "the query has more than %d words and values: divide it", MaxLeaves)
	case TooDeep:
		return both("скобки и отрицания вложены глубже %d: упростите запрос", "brackets and negations go deeper than %d: simplify the query", MaxDepth)
	case NotStanding:
		return both("такой поиск может найти что угодно: в сохранённом поиске нужно хотя бы одно слово, фраза, источник (source:) или место (region:) без отрицания, в каждом из вариантов ИЛИ",
			"anything could match this: a saved search needs at least one word, phrase, source: or region: that is not negated, in every alternative of OR")
	case Unknown:
		return both("%s:%s — такого значения нет", "%s:%s does not exist", e.About, e.Found)
	}
	return both("«%s»: ошибка в запросе", "%s: the query is wrong here", e.Found)
}

// example gives a right use of a field.
func example(field string) string {
	switch FieldName(field) {
	case Net:
		return "net:telegram,vk"
	case Source:
		return "source:telegram:1084368520"
	case Region:
		return "region:RU-PRI"
	}
	return field + ":2026-11-30"
}

// feature names a part of the language that is not available yet; the Russian
// says so, too, for the sake of its gender.
func feature(name string) (ru, en string) {
	switch name {
	case "near":
		return "поиск слов рядом (/n) пока недоступен", "near (/n)"
	case "prefix":
		return "поиск по началу слова (слово*) пока недоступен", "the beginning of a word (word*)"
	case "tag":
		return "поиск по хэштегу пока недоступен (без # ищется само слово)", "a hashtag (without # the word itself is searched)"
	case "mention":
		return "поиск по упоминанию пока недоступен", "a mention"
	case "part":
		return "подстановка сохранённой части (@@) пока недоступна", "a named part (@@)"
	case "min":
		return "условие «не менее n из» (min:) пока недоступно", "at least n of (min:)"
	case "title":
		return "поиск в заголовке (title:) пока недоступен", "searching in the title (title:)"
	}
	return "поле " + name + ": пока недоступно", "the field " + name + ":"
}
