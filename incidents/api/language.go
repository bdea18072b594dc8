package api

import (
	"context"
	"net/http"

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
	tooSlow        = message{"служба сейчас не отвечает; повторите через несколько секунд", "the service does not answer now; try again in a few seconds"}
	internalError  = message{"внутренняя ошибка; она записана в журнал под номером из заголовка X-Request-Id", "internal error; it is in the log under the number in the header X-Request-Id"}
	badInput       = message{"в запросе есть ошибки", "the request has errors"}
	noSuchPath     = message{"такого адреса нет; все адреса описаны в /openapi.json", "there is no such address; all are described in /openapi.json"}
	noSuchMethod   = message{"этот адрес не принимает такой метод; возможны: ", "this address does not take this method; possible: "}
	needToken      = message{"нужен токен: заголовок Authorization: Bearer …", "a token is needed: header Authorization: Bearer …"}
	badToken       = message{"токен неизвестен, отозван или истёк", "the token is unknown, revoked or expired"}
	needSignIn     = message{"нужен вход в систему или токен", "sign in, or send a token"}
	sessionEnded   = message{"вход завершён; войдите снова", "the session has ended; sign in again"}
	onlySignedIn   = message{"это может сделать только тот, кто вошёл сам, а не токен", "only somebody who signed in may do this, not a token"}
	notByOwnToken  = message{"людей и токены меняет тот, кто вошёл сам, или служба администратора; личный токен не может", "people and tokens are changed by whoever signed in, or by an administrator's service; a personal token can't"}
	mustChange     = message{"сначала смените пароль: этот придумали не вы", "change the password first: this one is somebody else's invention"}
	onlyEverywhere = message{"это могут только администраторы всех регионов: у записи, которую не удалось обработать, региона может не быть", "only administrators of all regions may do this: a record that could not be processed may belong to none"}
	crossSite      = message{"этот запрос сделан с чужого сайта; откройте страницу установки и повторите", "another site made this request; open the installation's own page and repeat"}
	ourName        = message{"Отклик", "Otklik"}
	collects       = message{"Публикации открытых каналов, сообществ и изданий, которые подключила эта установка: текст, время, адрес, вложения и счётчики.", "Posts of the public channels, communities and newspapers that this installation reads: text, time, address, attachments and counters."}
	collectsWhy    = message{"Чтобы сообщения жителей о неполадках не терялись: по ним заводят инциденты, и ответственное ведомство отвечает.", "So that what residents write about things that are broken isn't lost: it becomes incidents, and the agency that is responsible answers."}
	notText        = message{"содержит символ NUL или байты, которые не являются UTF-8", "holds a NUL character or bytes that are not UTF-8"}
	unknownRegion  = message{"неизвестный регион «%s»; код региона выглядит так: RU-PRI", "region %q is unknown; a code looks like RU-PRI"}
	unknownZone    = message{"неизвестный часовой пояс; нужно, например, Asia/Vladivostok", "the time zone is unknown; an example is Asia/Vladivostok"}
	alreadyChanged = message{"Уже изменено", "Already changed"}
	changedSince   = message{"инцидент %d уже в версии %d, а не %d: его изменили; посмотрите, что изменилось, и повторите", "incident %d is in version %d, not %d: somebody changed it; look at what changed and repeat"}
	fromAfterTo    = message{"не раньше, чем to: таких моментов нет", "is not before to: there is no such time"}
	notCursor      = message{"это не продолжение этого списка; начните с первой страницы", "this is no cursor of this list; begin with the first page"}
	badEvery       = message{"нужно целое число и s, m, h или d, от 5s до 7d: например 30s, 5m, 2h, 1d", "a whole number and s, m, h or d is needed, from 5s to 7d: for example 30s, 5m, 2h, 1d"}
	streamGap      = message{"место, с которого вы продолжаете, уже не хранится: часть публикаций пропущена, найдите их поиском", "the place you go on from is no longer kept: posts are missing, search for them"}
	fewWords       = message{"в публикации меньше %d слов подряд: искать копии не по чему", "the post has fewer than %d words in a row: there is nothing to find copies by"}
	tooManyStreams = message{"открыто слишком много лент; одному человеку можно %d", "too many streams are open; one person may have %d"}
	badPosition    = message{"это не место в потоке; оно выглядит так: 0:15,3:2", "this is no position of the stream; one looks like 0:15,3:2"}
)

func title(l Language, status int) string {
	if l == English {
		if status == statusGone {
			return "Client Closed Request"
		}
		if status == http.StatusConflict {
			return "Not possible now"
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
		return "Сейчас невозможно"
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
