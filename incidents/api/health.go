package api

import (
	"fmt"
	"strings"

	"github.com/otklik/otklik/crawler/schedule"
)

// detail says what was seen of a source that is not ok, in the reader's
// language; what stands behind it, an error of the network, stays as it is.
func detail(l Language, v schedule.Source) string {
	s := strings.TrimPrefix(v.Detail, fmt.Sprintf("source is %s: ", v.Health)) // the health is told beside
	if l != Russian {
		return s
	}
	for _, p := range seen {
		if holes, ok := fit(p.en, s); ok {
			return fill(p.ru, holes)
		}
		if holes, ok := fit(p.en+": {}", s); ok {
			return fill(p.ru+": {}", holes)
		}
	}
	return s
}

// seen are the words of the crawler, its adapters and the fetcher for what they
// saw; the first that fits counts.
var seen = []phrase{
	{"could not be read through", "не удалось прочитать до конца"},
	{"the adapter failed", "чтение прервалось из-за нашей ошибки"},
	{"the source does not say its number", "источник не сообщает свой номер"},
	{"the address now shows {}, not {}: another owner has taken it", "по этому адресу теперь {}, а не {}: его занял другой владелец"},
	{"network {} is not one that this version reads", "сеть {} эта версия не читает"},

	{"the channel has no messages yet, and only they say its number", "в канале ещё нет сообщений, а номер канала видно только по ним"},
	{"the channel says that it has no messages, but had some up to number {}", "канал сообщает, что сообщений нет, хотя они были до номера {}"},
	{"the name {} belongs to another channel now ({}, was {})", "имя {} теперь у другого канала (номер {}, был {})"},
	{"the name {} belongs to another channel now ({}), posts of {} can't be asked for", "имя {} теперь у другого канала (номер {}), о публикациях канала {} не узнать"},
	{"the stored place in the channel can't be read", "сохранённое место в канале не читается"},
	{"the stored place in the channel is not one of ours", "сохранённое место в канале записано не нами"},
	{"the page is not HTML", "страница — не HTML"},
	{"the page holds {} messages; 20 are usual", "на странице сообщений: {}, а обычно их 20"},
	{"the page shows messages of two channels, {} and {}", "на странице сообщения двух каналов, {} и {}"},
	{"the history holds neither messages nor the word that there are none", "в ленте канала нет ни сообщений, ни слов о том, что их нет"},
	{"{} of {} messages could not be read", "не удалось прочитать сообщений: {} из {}"},
	{"no message says its channel's number (data-view)", "ни в одном сообщении нет номера канала (data-view)"},
	{"no message has a text, but parts that are not known", "ни в одном сообщении нет текста, но есть незнакомые части"},
	{"the page is neither a channel's history nor its card (title {})", "страница — не лента канала и не его карточка (заголовок {})"},
	{"{} shows no posts on the web: restricted, preview switched off, or not a channel", "{} не показывает публикаций на сайте: доступ ограничен, просмотр выключен или это не канал"},
	{"there is no channel of this name", "канала с таким именем нет"},
	{"there is no channel {}", "канала {} нет"},
	{"the page of a message holds neither it nor an error", "на странице сообщения нет ни его, ни слов об ошибке"},
	{"the page of a message does not say its channel's number (data-view)", "на странице сообщения нет номера канала (data-view)"},
	{"the page of a message", "страница сообщения"},
	{"the message has no text, but parts that are not known", "в сообщении нет текста, но есть незнакомые части"},

	{"more than {} redirects", "перенаправлений больше {}"},
	{"{} redirects to {}, which is not an address of a page", "{} перенаправляет на {}, а это не адрес страницы"},
	{"{} may not be connected to", "соединяться с {} нельзя: это внутренний адрес"},
	{"no whole answer from {}", "нет полного ответа от {}"},
	{"the page is larger than {} KiB", "страница больше {} КиБ"},
	{"the page says it is gzip and is not", "страница должна быть сжата (gzip), но это не так"},
	{"the page is packed as {}, which was not asked for", "страница сжата способом {}, о котором не просили"},
	{"the packed page is damaged", "сжатая страница повреждена"},
	{"{} asked for peace", "{} просит подождать"},
	{"{} answered {}", "{}: ответ {}"},
	{"{} is not a feed", "{} — не лента"},
}
