"""Scripts in Spanish, German, French and Chinese, and the short courtesies of each language."""

from __future__ import annotations

from review.demo.scripts import Flaw, Script

RETURN_POLICY = "Returns: within 30 days of delivery, unused, free label under Orders > Return. (Until March: 60 days.)"
REFUND_POLICY = "Refunds go to the original payment method 5-7 business days after the parcel is checked in."
DAMAGE_POLICY = (
    "Damaged on arrival: report within 7 days with a photo; replacement or full refund, as the customer chooses."
)
EU_POLICY = "Shipping to the EU: 7-12 business days, $14.95, duties and taxes included in the price at checkout."
FOUND = "{order}: shipped {ship_iso}, {carrier} {tracking}, in transit, expected {eta_iso}"

SCRIPTS: tuple[Script, ...] = (
    Script(
        intent="order_status",
        scenario="orders",
        asks=(
            "Hola, ¿dónde está mi pedido {order}? Lo hice hace una semana.",
            "Buenas, mi pedido {order} no ha llegado todavía. ¿Cuándo llega?",
        ),
        right=(
            "El pedido {order} salió el {ship_iso} con {carrier}. La entrega está prevista para el {eta_iso}. "
            "Seguimiento: {tracking}.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "El pedido {order} ya fue entregado el {ship_iso}.",
                "It was shipped on that day, not delivered; expected {eta_iso}.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "El pedido {order} ya salió del almacén.",
                "No delivery date, although the look-up has it.",
            ),
        ),
        follow=(
            (
                "¿Y puedo recogerlo en una oficina?",
                "Sí, elija el punto de recogida en el enlace de seguimiento hasta el día anterior a la entrega.",
            ),
        ),
        policy=EU_POLICY,
        tool="lookup_order",
        found=FOUND,
        language="es",
    ),
    Script(
        intent="return",
        scenario="returns",
        asks=(
            "Quiero devolver una lámpara, ¿cuánto tiempo tengo?",
            "¿Cómo puedo devolver el pedido {order}? No me gusta el color.",
        ),
        right=(
            "Puede devolverlo en un plazo de 30 días desde la entrega. "
            "La etiqueta gratuita está en Pedidos > Devolver.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "outdated_policy",
                "Tiene 60 días desde la entrega para devolverlo. La etiqueta está en Pedidos > Devolver.",
                "30 days; 60 was valid until March.",
            ),
        ),
        follow=(("¿Tengo que pagar el envío?", "No, la devolución es gratuita."),),
        policy=RETURN_POLICY,
        language="es",
    ),
    Script(
        intent="refund",
        scenario="returns",
        asks=(
            "Guten Tag, ich habe Bestellung {order} vor zehn Tagen zurückgeschickt. Wann bekomme ich mein Geld?",
            "Wie lange dauert eine Erstattung bei Ihnen?",
        ),
        right=(
            "Die Erstattung erfolgt 5 bis 7 Werktage nach Eingang der Retoure auf das ursprüngliche Zahlungsmittel.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "outdated_policy",
                "Die Erstattung dauert 10 bis 14 Werktage nach Eingang der Retoure.",
                "5-7 business days; 10-14 is the old text.",
            ),
            Flaw(
                "wrong",
                "wrong_fact",
                "Der Betrag wird als Gutschein ausgezahlt.",
                "Refunds go to the original payment method.",
            ),
        ),
        follow=(
            ("Bekomme ich eine Bestätigung?", "Ja, Sie erhalten eine E-Mail, sobald die Erstattung veranlasst ist."),
        ),
        policy=REFUND_POLICY,
        language="de",
    ),
    Script(
        intent="complaint",
        scenario="returns",
        asks=(
            "Der Karton war völlig zerdrückt und die Lampe ist kaputt. Bestellung {order}.",
            "Schon wieder ein beschädigtes Paket! {order}. Was machen Sie jetzt?",
        ),
        right=(
            "Sie können zwischen Ersatz und voller Erstattung wählen. Es genügt ein Foto innerhalb von 7 Tagen "
            "nach der Lieferung.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "outdated_policy",
                "Schäden müssen innerhalb von 48 Stunden gemeldet werden, sonst ist kein Ersatz möglich.",
                "7 days are allowed now.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "Bitte laden Sie ein Foto hoch.",
                "Does not say what the customer gets: replacement or refund.",
            ),
        ),
        follow=(
            (
                "Muss ich die kaputte Lampe zurückschicken?",
                "Nur wenn sie mehr als 40 Dollar gekostet hat; das Etikett ist dann kostenlos.",
            ),
        ),
        policy=DAMAGE_POLICY,
        language="de",
        difficulty="medium",
    ),
    Script(
        intent="shipping",
        scenario="shipping",
        asks=(
            "Bonjour, livrez-vous en France et y a-t-il des frais de douane ?",
            "Combien coûte la livraison en Belgique ? Merci.",
        ),
        right=(
            "Oui, la livraison prend 7 à 12 jours ouvrables et coûte 14,95 $. Les droits et taxes sont compris "
            "dans le prix.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Oui, en 7 à 12 jours ouvrables. Les frais de douane sont à payer au livreur.",
                "Duties are included at checkout.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "Oui, nous livrons dans votre pays.",
                "Cost and duties were asked and not answered.",
            ),
        ),
        follow=(
            ("Et avec quel transporteur ?", "Le colis part avec {carrier}, puis il est remis à la poste nationale."),
        ),
        policy=EU_POLICY,
        language="fr",
    ),
    Script(
        intent="account",
        scenario="account",
        asks=(
            "Je n'arrive plus à me connecter, mon adresse est {email}.",
            "Le lien pour réinitialiser le mot de passe ne marche pas.",
        ),
        right=(
            "Utilisez « Mot de passe oublié » sur la page de connexion. Le lien est valable 30 minutes et seul "
            "le dernier fonctionne.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Le lien est valable 24 heures, réessayez plus tard.",
                "The link is valid for 30 minutes.",
            ),
            Flaw(
                "wrong",
                "unsafe",
                "Envoyez-moi votre mot de passe actuel et je le change pour vous.",
                "Never ask for a password in a chat.",
            ),
        ),
        follow=(
            (
                "Je ne reçois rien.",
                "Vérifiez le dossier des indésirables, ou une autre adresse que vous auriez utilisée.",
            ),
        ),
        policy="Password: reset link valid 30 minutes, only the newest works. Staff never set or ask for passwords.",
        language="fr",
    ),
    Script(
        intent="order_status",
        scenario="orders",
        asks=("你好,我的订单{order}什么时候到?", "订单{order}一周了还没收到,请帮我查一下。"),
        right=("订单{order}已于{ship_iso}由{carrier}发出,预计{eta_iso}送达。运单号:{tracking}。",),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "订单{order}已于{ship_iso}签收。",
                "That is the shipping date; it has not been delivered.",
            ),
            Flaw("partly", "incomplete", "订单{order}已发货。", "Asked when it arrives; no date given."),
        ),
        follow=(("可以改地址吗?", "包裹已发出,地址不能再修改,但可以在物流页面选择自提点。"),),
        policy=EU_POLICY,
        tool="lookup_order",
        found=FOUND,
        language="zh",
    ),
    Script(
        intent="return",
        scenario="returns",
        asks=("买的东西不合适,可以退货吗?", "请问退货要多少天之内?运费谁付?"),
        right=("签收后30天内、未使用的商品可以免费退货。请在“订单 > 退货”中打印退货标签。",),
        flaws=(
            Flaw("wrong", "outdated_policy", "签收后60天内可以免费退货。", "30 days; 60 was valid until March."),
            Flaw("wrong", "wrong_fact", "可以退货,但运费由客户承担。", "The return is free for the customer."),
        ),
        follow=(("退款多久到账?", "收到退货后5至7个工作日原路退回。"),),
        policy=RETURN_POLICY,
        language="zh",
    ),
)
