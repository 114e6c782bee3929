"""Conversations whose text is hard to show: other scripts, no blanks, code, a large result, many turns."""

from __future__ import annotations

from typing import Any

ARABIC = "مرحبًا، طلبي رقم 47112 لم يصل بعد. هل يمكنكم إخباري متى يصل (DHL)؟"
ARABIC_ANSWER = "أهلًا بك! الطلب 47112 في الطريق، ومن المتوقع أن يصل يوم الخميس.\nرقم التتبع: JD0146 0000 1234."
HEBREW = "שלום, קיבלתי את הדגם הלא נכון (Model X-200). איך אפשר להחליף?"
HEBREW_ANSWER = "שלום! אפשר להחליף תוך 30 יום.\nOpen your account and choose “Exchange”.\nהמשלוח חינם."
CHINESE = "你好，我上周订购的三件商品只收到了两件，请问第三件什么时候发货？订单号是47113。"
CHINESE_ANSWER = "您好！非常抱歉给您带来不便。第三件商品目前缺货，预计下周三补货后立即发出，届时会通过短信通知您。" * 4
JAPANESE = "注文した掃除機が届いたのですが、充電器が入っていませんでした。どうすればよいですか。"
JAPANESE_ANSWER = (
    "ご不便をおかけして申し訳ございません。充電器は本日中に発送いたします。到着まで2、3日お待ちください。" * 4
)
ENDLESS = "x1y2z3" * 1667
"""10,002 characters without a blank."""
CODE = """You can do it in two lines:

```python
orders = shop.orders(customer=4711, state="open")
print(", ".join(f"{order.id}: {order.total:.2f}" for order in orders if order.total > 100 and not order.cancelled))
```

or in SQL:

```sql
SELECT id, total FROM shop.orders WHERE customer = 4711
```
Both give the same."""
SQL = """WITH late AS (SELECT order_id, max(sent_at) AS sent_at FROM shop.parcels WHERE state <> 'returned' GROUP BY 1)
SELECT o.id, o.customer, o.total, l.sent_at, /* days */ CURRENT_DATE - l.sent_at AS days
FROM shop.orders o JOIN late l ON l.order_id = o.id
WHERE o.total > 99.5 AND o.country IN ('DE', 'AT', 'CH') ORDER BY days DESC LIMIT 5000"""
ROWS = [[k, f"customer {k}", round(19.9 + k / 7, 2), f"2026-10-{1 + k % 28:02d}", None] for k in range(5000)]
RESULT = {"columns": ["id", "customer", "total", "sent_at", "days"], "rows": ROWS, "total": 5000}


def said(question: str, answer: str) -> dict[str, Any]:
    """A conversation of one question and one answer, with nothing beside it."""
    messages = ({"role": "user", "content": question}, {"role": "assistant", "content": answer})
    return {"messages": messages, "context": (), "steps": (), "sql": None, "result": None}


LONG = {
    **said("", ""),
    "messages": tuple(
        {"role": role, "content": f"{role} turn {k}: " + "the parcel, the invoice and the refund once more. " * 3}
        for k in range(30)
        for role in ("user", "assistant")
    ),
}
"""Sixty turns; the decisive one is the last."""

CASES: dict[str, dict[str, Any]] = {
    "arabic": said(ARABIC, ARABIC_ANSWER),
    "hebrew": said(HEBREW, HEBREW_ANSWER),
    "chinese": said(CHINESE, CHINESE_ANSWER),
    "japanese": said(JAPANESE, JAPANESE_ANSWER),
    "endless": said("Give me the token.", ENDLESS),
    "code": said("How do I list open orders above 100?", CODE),
    "sql": {**said("Which orders are late?", "5,000 orders are late."), "sql": SQL, "result": RESULT},
    "turns": LONG,
}
NUMBER = {name: k for k, name in enumerate(CASES)}
