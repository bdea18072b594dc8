package api

import (
	"strings"

	"github.com/otklik/otklik/internal/access"
)

// names are Russian words for ids of one kind, as they stand in a sentence; the
// page uses the same.
type names map[string]string

// word gives the Russian for an id, in quotes or not, or for a list of them;
// what is unknown stays as it is.
func (n names) word(ids string) string {
	parts := strings.Split(ids, ", ")
	for i, p := range parts {
		if w, ok := n[strings.Trim(p, `"`)]; ok {
			parts[i] = w
		}
	}
	return strings.Join(parts, ", ")
}

var roleNames = names{
	"administrator": "«Администратор»", "specialist": "«Специалист»", "curator": "«Куратор»", "executor": "«Исполнитель»",
	"ombudsman": "«Омбудсмен»", "factchecker": "«Фактчекер»", "head": "«Руководитель»", "partner": "«Партнёр»",
}

var actionNames = names{
	string(access.SeeSelf): "смотреть свои данные", string(access.SeePosts): "смотреть публикации", string(access.EditSearches): "менять поиски",
	string(access.EditRules): "менять правила", string(access.EditSources): "менять источники", string(access.EditAgencies): "менять ведомства",
	string(access.EditRegions): "менять регионы", string(access.EditTokens): "выдавать и отзывать токены", string(access.EditPeople): "менять список людей", string(access.EditGlossary): "менять словарь",
	string(access.SeeIncidents): "смотреть инциденты", string(access.Triage): "разбирать инциденты", string(access.Execute): "отвечать за ведомство",
	string(access.Approve): "согласовывать ответы", string(access.PublishAnswer): "публиковать ответы", string(access.CloseIncident): "закрывать инциденты",
	string(access.Comment): "комментировать", string(access.Operate): "следить за работой установки",
	string(access.SeeAudit): "смотреть журнал изменений", string(access.SeeLooks): "смотреть просмотры закрытых инцидентов",
}

var stateNames = names{
	"new": "«Новый»", "triage": "«Разбор»", "assigned": "«Назначен»", "accepted": "«В работе»", "returned": "«Возвращён»", "draft": "«Черновик»",
	"review": "«На согласовании»", "rework": "«На доработке»", "approved": "«Согласован»", "publishing": "«Публикуется»", "answered": "«Отвечен»",
	"interim": "«Обещание»", "on_control": "«На контроле»", "verified": "«Подтверждён»", "closed": "«Закрыт»", "reopened": "«Открыт снова»",
	"spam": "«Спам»", "not_ours": "«Не наше»", "duplicate": "«Повтор»", "claim": "«На проверку фактов»",
}

var commandNames = names{
	"triage": "«Вернуть в разбор»", "assign": "«Назначить ведомство»", "accept": "«Принять в работу»", "return": "«Вернуть»", "draft": "«Написать ответ»",
	"review": "«На согласование»", "rework": "«На доработку»", "approve": "«Согласовать»", "publish": "«Публикую»", "answer": "«Ответ опубликован»",
	"interim": "«Дать обещание»", "control": "«На контроль»", "verify": "«Подтвердить решение»", "close": "«Закрыть»", "reopen": "«Открыть снова»",
	"spam": "«Спам»", "not_ours": "«Не наше»", "duplicate": "«Повтор»", "claim": "«Проверить факты»", "undo": "«Отменить решение»", "comment": "«Комментарий»",
}

// named are phrases with ids in their holes, one table a hole.
var named = []struct {
	phrase
	holes []names
}{
	{phrase{"role {} may not write to residents", "роли {} не разрешено писать жителям"}, []names{roleNames}},
	{phrase{"role {} may not open an incident", "роли {} не разрешено заводить инциденты"}, []names{roleNames}},
	{phrase{"role {} may not see the desk", "роли {} не разрешено смотреть инциденты"}, []names{roleNames}},
	{phrase{"role {} may not {} an incident", "роли {} не разрешено действие {}"}, []names{roleNames, commandNames}},
	{phrase{"role {} may not {}", "роли {} не разрешено {}"}, []names{roleNames, actionNames}},
	{phrase{"{} is not possible in state {}; possible now: {}", "действие {} невозможно в состоянии {}; сейчас возможны: {}"}, []names{commandNames, stateNames, commandNames}},
	{phrase{"nothing to undo: the state before {} is not known", "отменять нечего: состояние до {} неизвестно"}, []names{stateNames}},
}
