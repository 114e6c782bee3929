"""What columns and keys of logs are called, for each field that a mapping may fill, in several languages.

English, German, French, Spanish, Italian, Portuguese, Dutch, Russian and Chinese. Names are compared in lower case,
without accents and with blanks for everything that is neither letter nor digit.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from functools import cache

NAMES: Mapping[str, str] = {
    "id": (
        "id|uuid|guid|key|conversation id|conv id|chat id|dialog id|dialogue id|trace id|ticket|ticket id|ticket no"
        "|ticket nr|ticket number|case|case id|case number|request id|message id|record id|row id|interaction id"
        "|call id|thread id|nr|nummer|ticketnummer|vorgang|vorgangsnummer|fall|fallnummer|kennung|anfrage id|gesprach"
        "|numero|numero de ticket|no de ticket|reference|identifiant|dossier|identificador|numero de caso|caso|folio"
        "|numero ticket|codice|chamado|protocolo|zaak|zaaknummer|номер|ид|идентификатор|тикет|номер заявки"
        "|заявка|обращение|номер обращения|编号|工单|工单号|会话id|会话编号|对话id"
    ),
    "created_at": (
        "created at|created|created on|create time|creation time|creation date|timestamp|time|date|datetime|ts|at"
        "|start time|started at|started|opened|opened at|date opened|date created|received|received at|logged at"
        "|event time|event timestamp|eroffnet|eroffnet am|erstellt|erstellt am|angelegt|angelegt am|eingang|eingegangen"
        "|eingangsdatum|datum|zeit|zeitpunkt|zeitstempel|uhrzeit|anfragedatum|cree|cree le|date de creation|ouvert"
        "|ouvert le|date d ouverture|horodatage|heure|recu le|creado|creado el|fecha|fecha de creacion|fecha y hora"
        "|hora|abierto|recibido|data|data creazione|creato il|aperto il|criado em|aberto em|data de criacao"
        "|aangemaakt|aangemaakt op|ontvangen|tijd|дата|время|создан|создано|дата создания|дата и время|открыт"
        "|открыто|получено|时间|日期|创建时间|创建日期|时间戳"
    ),
    "question": (
        "question|query|prompt|input|user input|user message|user query|user question|customer message|request|message"
        "|text|utterance|ask|instruction|customer question|subject|human|q|frage|anfrage|kundenfrage|nachricht"
        "|kundennachricht|anliegen|betreff|eingabe|benutzereingabe|nutzerfrage|beschreibung|demande|question client"
        "|message client|message du client|requete|sujet|objet|entree|pregunta|consulta|mensaje|mensaje del cliente"
        "|solicitud|asunto|entrada|domanda|richiesta|messaggio|oggetto|pergunta|mensagem|assunto|vraag|bericht"
        "|onderwerp|вопрос|запрос|сообщение|сообщение клиента|сообщение пользователя|текст|текст обращения|тема"
        "|вопрос клиента|问题|提问|用户问题|用户消息|用户输入|咨询内容"
    ),
    "answer": (
        "answer|response|reply|output|completion|assistant|assistant message|bot response|bot reply|bot answer|bot"
        "|model output|model answer|agent reply|agent response|generated text|generation|assistant response|ai response"
        "|final answer|resolution|antwort|antworttext|erwiderung|ausgabe|loesung|losung|botantwort|reponse"
        "|reponse de l assistant|reponse du bot|sortie|respuesta|respuesta del bot|respuesta del asistente|contestacion"
        "|salida|risposta|resposta|antwoord|reactie|ответ|ответ бота|ответ ассистента|ответ модели|ответ оператора"
        "|回答|回复|答案|助手回复|机器人回复|模型回答"
    ),
    "messages": (
        "messages|conversation|dialog|dialogue|chat|turns|transcript|history|verlauf|gesprachsverlauf|nachrichten"
        "|historique|echange|mensajes|conversacion|historial|messaggi|mensagens|berichten|диалог|переписка|сообщения"
        "|对话|消息|聊天记录"
    ),
    "user_id": (
        "user|user id|userid|username|user name|customer|customer id|client|client id|account|account id|requester"
        "|requester id|end user|contact|email|kunde|kunden id|kundennummer|kundennr|kundenname|nutzer|benutzer|konto"
        "|utilisateur|id client|numero client|nom du client|compte|usuario|cliente|id cliente|id de cliente|cuenta"
        "|utente|usuario id|klant|klantnummer|gebruiker|клиент|пользователь|ид клиента|номер клиента|аккаунт"
        "|用户|客户|用户id|客户id|客户编号"
    ),
    "session_id": (
        "session|session id|sessionid|visit id|sitzung|sitzungs id|session nr|id de session|sesion|id de sesion"
        "|sessione|sessao|sessie|сессия|ид сессии|сеанс|会话"
    ),
    "status": (
        "status|state|outcome|result status|success|statut|etat|zustand|estado|stato|situacao|toestand|статус"
        "|состояние|状态"
    ),
    "feedback": (
        "feedback|rating|csat|thumb|thumbs|score|user feedback|satisfaction|satisfaction rating|satisfaction score"
        "|stars|vote|nps|customer rating|bewertung|kundenbewertung|zufriedenheit|kundenzufriedenheit|note|sterne"
        "|evaluation|avis|satisfaction client|etoiles|valoracion|calificacion|satisfaccion|puntuacion|opinion"
        "|valutazione|soddisfazione|voto|avaliacao|satisfacao|nota|beoordeling|tevredenheid|waardering|оценка"
        "|отзыв|рейтинг|оценка клиента|удовлетворенность|评价|反馈|评分|满意度"
    ),
    "scenario": (
        "scenario|intent|topic|category|use case|theme|queue|thema|kategorie|absicht|anliegenart|warteschlange"
        "|categorie|motif|intention|tema|categoria|intencion|motivo|onderwerpcategorie|сценарий|категория|тематика"
        "|интент|намерение|场景|类别|意图|主题"
    ),
    "language": "language|lang|locale|sprache|langue|idioma|lingua|taal|язык|语言",
    "model": "model|model name|model id|llm|engine|modell|modele|modelo|modello|модель|模型",
    "prompt_version": (
        "prompt version|prompt|version|prompt id|promptversion|version du prompt|version de prompt|версия промпта|版本"
    ),
    "variant": "variant|experiment|experiment group|ab group|ab variant|arm|variante|вариант|实验组",
    "sql": "sql|query sql|generated sql|sql query|sql text",
    "error_message": (
        "error|error message|exception|fehler|fehlermeldung|erreur|message d erreur|mensaje de error|errore|erro"
        "|fout|ошибка|错误|错误信息"
    ),
    "error_type": "error type|error code|error class|fehlertyp|fehlercode|type d erreur|tipo de error|тип ошибки",
    "latency_ms": (
        "latency ms|duration ms|response time ms|elapsed ms|latenz ms|dauer ms|duree ms|duracion ms"
        "|латентность мс|延迟ms|耗时ms"
    ),
    "tokens_in": (
        "tokens in|input tokens|prompt tokens|prompt token count|eingabetokens|tokens entree|tokens de entrada"
    ),
    "tokens_out": (
        "tokens out|output tokens|completion tokens|completion token count|ausgabetokens|tokens sortie|tokens de salida"
    ),
    "cost": "cost|total cost|cost usd|price|kosten|cout|costo|coste|custo|стоимость|成本|费用",
    "confidence": "confidence|confidence score|probability|konfidenz|confiance|confianza|confidenza|уверенность|置信度",
    "context": (
        "context|contexts|retrieved context|retrieved contexts|passages|documents|sources|kontext|quellen"
        "|contexte|contexto|контекст|上下文"
    ),
    "tags": "tags|labels|etiketten|schlagworte|etiquettes|etiquetas|etichette|теги|метки|标签",
}
"""Field -> its names, separated by bars, the likeliest first."""


def plain_name(name: str) -> str:
    """Return a name in lower case, without accents, with single blanks between its words; camelCase is split."""
    split = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    folded = unicodedata.normalize("NFKD", split.casefold().replace("ё", "е"))
    bare = "".join(c for c in folded if not unicodedata.combining(c))
    return " ".join(re.findall(r"[^\W_]+", bare))


@cache
def _by_name() -> dict[str, tuple[tuple[str, int], ...]]:
    """Name -> the fields that it may mean, with the place of the name in the field's list."""
    found: dict[str, list[tuple[str, int]]] = {}
    for field, names in NAMES.items():
        for place, name in enumerate(names.split("|")):
            found.setdefault(plain_name(name), []).append((field, place))
    return {name: tuple(fields) for name, fields in found.items()}


def meant(path: str) -> dict[str, float]:
    """Return the fields that a path may mean, each from 0 to 1: by its whole name, else by the last key of the path."""
    whole = _by_name().get(plain_name(path))
    last = _by_name().get(plain_name(path.rpartition(".")[2]))
    sure = 1.0 if whole else 0.8
    return {field: sure * (1.0 - min(place, 60) / 200) for field, place in (whole or last or ())}
