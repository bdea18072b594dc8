package api

import (
	"context"
	"net/http"
	"regexp"
	"strings"

	"golang.org/x/text/language"
)

// Language is a language that messages are written in.
type Language string

const (
	Russian Language = "ru"
	English Language = "en"
)

type languageKey struct{}

// withLanguage remembers the reader's language: the better of Russian and
// English by an Accept-Language header; Russian where it says nothing.
func withLanguage(ctx context.Context, header string) context.Context {
	return context.WithValue(ctx, languageKey{}, chooseLanguage(header))
}

func chooseLanguage(header string) Language {
	if header == "" || len(header) > 500 {
		return Russian
	}
	tags, _, err := language.ParseAcceptLanguage(header)
	if err != nil {
		return Russian
	}
	_, i, confidence := language.NewMatcher([]language.Tag{language.Russian, language.English}).Match(tags...)
	if i == 1 && confidence >= language.High {
		return English
	}
	return Russian
}

func lang(ctx context.Context) Language {
	if l, ok := ctx.Value(languageKey{}).(Language); ok {
		return l
	}
	return Russian
}

// message is a text in both languages.
type message struct{ ru, en string }

func (m message) in(l Language) string {
	if l == English {
		return m.en
	}
	return m.ru
}

func say(ctx context.Context, m message) string { return m.in(lang(ctx)) }

var (
	tooSlow       = message{"служба сейчас не отвечает; повторите через несколько секунд", "the service does not answer now; try again in a few seconds"}
	internalError = message{"внутренняя ошибка; она записана в журнал под номером из заголовка X-Request-Id", "internal error; it is in the log under the number in the header X-Request-Id"}
	badInput      = message{"в запросе есть ошибки", "the request has errors"}
	noSuchPath    = message{"такого адреса нет; все адреса описаны в /openapi.json", "there is no such address; all are described in /openapi.json"}
	noSuchMethod  = message{"этот адрес не принимает такой метод; возможны: ", "this address does not take this method; possible: "}
	needToken     = message{"нужен токен: заголовок Authorization: Bearer …", "a token is needed: header Authorization: Bearer …"}
	badToken      = message{"токен неизвестен, отозван или истёк", "the token is unknown, revoked or expired"}
	mayNot        = message{"роли не разрешено это действие: ", "the role may not do this: "}
	notText       = message{"содержит символ NUL или байты, которые не являются UTF-8", "holds a NUL character or bytes that are not UTF-8"}
	unknownRegion = message{"неизвестный регион «%s»; код региона выглядит так: RU-PRI", "region %q is unknown; a code looks like RU-PRI"}
	unknownZone   = message{"неизвестный часовой пояс; нужно, например, Asia/Vladivostok", "the time zone is unknown; an example is Asia/Vladivostok"}
	changedSince  = message{"инцидент %d уже в версии %d, а не %d: его изменили; посмотрите, что изменилось, и повторите", "incident %d is in version %d, not %d: somebody changed it; look at what changed and repeat"}
	notCursor     = message{"это не продолжение этого списка; начните с первой страницы", "this is no cursor of this list; begin with the first page"}
	badEvery      = message{"нужно целое число и s, m, h или d, от 5s до 7d: например 30s, 5m, 2h, 1d", "a whole number and s, m, h or d is needed, from 5s to 7d: for example 30s, 5m, 2h, 1d"}
	badPosition   = message{"это не место в потоке; оно выглядит так: 0:15,3:2", "this is no position of the stream; one looks like 0:15,3:2"}
)

func title(l Language, status int) string {
	if l == English {
		if status == statusGone {
			return "Client Closed Request"
		}
		return http.StatusText(status)
	}
	switch status {
	case http.StatusBadRequest:
		return "Запрос не понят"
	case http.StatusUnauthorized:
		return "Нужен вход"
	case http.StatusForbidden:
		return "Недостаточно прав"
	case http.StatusNotFound:
		return "Не найдено"
	case http.StatusMethodNotAllowed:
		return "Метод не поддерживается"
	case http.StatusConflict:
		return "Уже изменено"
	case http.StatusRequestEntityTooLarge:
		return "Слишком большой запрос"
	case http.StatusUnsupportedMediaType:
		return "Неизвестный формат тела запроса"
	case http.StatusUnprocessableEntity:
		return "Ошибки в полях"
	case http.StatusTooManyRequests:
		return "Слишком много запросов"
	case http.StatusServiceUnavailable:
		return "Временно недоступно"
	case http.StatusInternalServerError:
		return "Внутренняя ошибка"
	}
	return http.StatusText(status)
}

// humaPhrases are huma's messages that people meet, as beginnings. The rest of
// a message, a figure or a name, is kept.
var humaPhrases = []struct{ en, ru string }{
	{"unknown query parameter", "неизвестный параметр"},
	{"unexpected property", "неизвестное поле"},
	{"validation failed", "в запросе есть ошибки"},
	{"request body is required", "нужно тело запроса"},
	{"request body is too large limit=", "тело запроса слишком велико, предел в байтах: "},
	{"request body read timeout", "тело запроса не пришло вовремя"},
	{"expected string to be RFC 3339 date-time", "нужны дата и время вида 2026-11-24T09:00:00Z"},
	{"expected value to be one of ", "нужно одно из значений: "},
	{"expected number >= ", "нужно число не меньше "},
	{"expected number <= ", "нужно число не больше "},
	{"expected length >= ", "нужно символов не меньше "},
	{"expected length <= ", "нужно символов не больше "},
	{"expected array length >= ", "нужно значений не меньше "},
	{"expected array length <= ", "нужно значений не больше "},
	{"expected string to match pattern ", "нужен текст по образцу "},
	{"expected boolean", "нужно true или false"},
	{"expected integer", "нужно целое число"},
	{"invalid integer", "нужно целое число"},
	{"expected number", "нужно число"},
	{"expected string", "нужен текст"},
	{"expected array", "нужен список"},
	{"expected object", "нужен объект"},
	{"invalid date/time", "нужны дата и время вида 2026-11-24T09:00:00Z"},
}

var missing = regexp.MustCompile(`^expected required property (\S+) to be present$|^required \w+ parameter is missing$`)

func translate(l Language, en string) string {
	if l != Russian {
		return en
	}
	if m := missing.FindStringSubmatch(en); m != nil {
		return strings.TrimSpace("не хватает обязательного поля " + m[1])
	}
	for _, p := range humaPhrases {
		if rest, ok := strings.CutPrefix(en, p.en); ok {
			return p.ru + rest
		}
	}
	return en
}
