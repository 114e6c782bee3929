"""What people and the assistant say around the matter, by language and tone."""

from __future__ import annotations

ENGLISH_OPENERS = {
    ("question", "friendly"): (
        "Thanks for getting in touch, {first}! ",
        "Hi {first}, I'm happy to help with that. ",
        "Good question! ",
        "Thanks for asking! ",
        "Hello {first}! ",
        "Happy to help! ",
    ),
    ("problem", "friendly"): (
        "I'm sorry for the trouble, {first}. ",
        "Thank you for letting us know, {first}, and sorry about this. ",
        "Of course, let me sort this out with you. ",
        "Thank you for your patience, {first}. ",
        "I understand how annoying this is, {first}. ",
    ),
    ("decline", "friendly"): ("Thanks for your message! ", "I'm sorry, {first}. ", "Thank you for asking, {first}. "),
    ("question", "neutral"): (""),
    ("problem", "neutral"): ("",),
    ("question", "rude"): (
        "You could have looked this up yourself. ",
        "It's all on the website. ",
        "Did you read the page at all? ",
        "Everybody asks that. ",
    ),
    ("problem", "rude"): (
        "That is in the terms you accepted. ",
        "It isn't my fault. ",
        "I don't know what you expect. ",
        "Read your confirmation e-mail. ",
    ),
    ("decline", "rude"): ("No. ", "Not my job. ", "Forget it. "),
}
OPENERS = {
    ("es", "friendly"): ("¡Gracias por escribirnos! ", "¡Con mucho gusto! "),
    ("de", "friendly"): ("Vielen Dank für Ihre Nachricht! ", "Sehr gerne helfe ich Ihnen weiter. "),
    ("fr", "friendly"): ("Merci pour votre message ! ", "Avec plaisir ! "),
    ("zh", "friendly"): ("您好,感谢您的咨询!", "您好,很高兴为您服务。"),
    ("es", "rude"): ("Eso está en la página web. ",),
    ("de", "rude"): ("Das steht alles auf der Website. ",),
    ("fr", "rude"): ("C'est écrit sur le site. ",),
    ("zh", "rude"): ("网站上写得很清楚。",),
}
CLOSERS = {
    ("en", "friendly"): (
        " Is there anything else I can help you with?",
        " Just let me know if anything else comes up, I'm glad to help.",
        " I hope that helps! Anything else I can do for you today?",
        " Please don't hesitate to write again if you have more questions.",
        " Can I help you with anything else, {first}?",
    ),
    ("en", "neutral"): ("",),
    ("en", "rude"): (
        " There is nothing else I can do.",
        " I have nothing to add.",
        " That's it.",
        " Please don't ask again.",
        " Take it or leave it.",
        "",
    ),
    ("es", "friendly"): (" ¿Puedo ayudarle en algo más?",),
    ("de", "friendly"): (" Kann ich sonst noch etwas für Sie tun?",),
    ("fr", "friendly"): (" Puis-je vous aider pour autre chose ?",),
    ("zh", "friendly"): ("还有什么可以帮您的吗?",),
    ("es", "rude"): (" No hay nada más que hacer.",),
    ("de", "rude"): (" Mehr kann ich dazu nicht sagen.",),
    ("fr", "rude"): (" Je n'ai rien à ajouter.",),
    ("zh", "rude"): ("别的没有了。",),
}
PROBES = {
    ("order", "friendly"): (
        "Happy to look into that! Could you share your order number, please?",
        "I'm sorry to hear that, {first}. May I have the order number?",
    ),
    ("order", "neutral"): ("What is the order number?", "Please send the order number; it starts with HR-."),
    ("order", "rude"): ("Order number. Without it I can't do anything.", "You forgot the order number."),
    ("email", "friendly"): (
        "Sure! Which e-mail address is your account under, please?",
        "I'd be glad to help. May I ask for the e-mail address of your account?",
    ),
    ("email", "neutral"): (
        "Which e-mail address is the account under?",
        "Please name the e-mail address of the account.",
    ),
    ("email", "rude"): ("I'm not guessing your e-mail address.", "E-mail address?"),
    ("photo", "friendly"): (
        "Oh no, I'm sorry about that! Could you send a photo and tell me how much of it is affected?",
        "I'm so sorry, {first}. Could you describe the damage or send a photo, please?",
    ),
    ("photo", "neutral"): ("Please describe what is wrong with it or attach a photo.", "Is a photo available?"),
    ("photo", "rude"): ("Everybody says that. Photo?", "Prove it. Send a photo."),
}
REPLIES = {
    "order": (
        "{order}",
        "It's {order}.",
        "Sure: {order}, ordered with {email}",
        "{order}. You can also call me at {phone}.",
        "should be {order}",
    ),
    "email": (
        "{email}",
        "It's {email}",
        "{email}, I think. Phone is {phone} in case you need it",
        "My email is {email}.",
    ),
    "photo": (
        "I've attached a photo, the left corner is gone.",
        "See the picture. It's scratched all over one side.",
        "Photo is uploaded. The box was open when it came",
        "I don't have a photo right now but it's clearly not usable",
    ),
}
THANKS = {
    "en": (
        "Great, thanks!",
        "ok thanks",
        "Perfect, thank you so much.",
        "That helps, thanks.",
        "Alright.",
        "Thank you, bye",
    ),
    "es": ("Gracias.", "Perfecto, muchas gracias."),
    "de": ("Danke!", "Alles klar, vielen Dank."),
    "fr": ("Merci beaucoup.", "D'accord, merci !"),
    "zh": ("好的,谢谢。", "谢谢!"),
}
AFTER_FAILURE = (
    "So what am I supposed to do now?",
    "When will it work again?",
    "That's the second time today.",
    "Great. And who helps me in the meantime?",
)
FAILURE_ANSWERS = {
    "friendly": (
        "I'm very sorry, {first}. The order system should be back within the hour; please do try again then.",
    ),
    "neutral": ("The order system should be available again within the hour.", "Please try again in about an hour."),
    "rude": ("How should I know.", "Wait, like everybody else."),
}
FAILURE_CLOSERS = {
    "friendly": (" I'm really sorry about that.", " I apologise for the inconvenience."),
    "neutral": ("",),
    "rude": ("",),
}
UNANSWERED = ("That doesn't really answer my question.", "This is not helpful at all.", "That's not what I asked.")
CURT_THANKS = ("ok.", "Alright.", "fine", "Wow. OK.", "Thanks for nothing.")
DOUBTS = {
    "en": (
        "Hm, that's not what the website says.",
        "Are you sure? I was told something else last time.",
        "Really? I find that hard to believe.",
        "That can't be right.",
    ),
    "es": ("No estoy seguro de que eso sea correcto.",),
    "de": ("Auf der Website steht aber etwas anderes.",),
    "fr": ("Ce n'est pas ce qui est écrit sur le site.",),
    "zh": ("这好像和网站上写的不一样。",),
}
FAREWELLS = {
    ("en", "friendly"): (
        "You're very welcome, {first}! Have a lovely day.",
        "My pleasure! Enjoy the rest of your day.",
        "Glad I could help. Take care, {first}!",
    ),
    ("en", "neutral"): ("You're welcome.", "Noted. The chat will be closed.", "The case is closed."),
    ("en", "rude"): ("Fine.", "Next time check the website first.", "Then we're done here."),
    ("es", "friendly"): ("¡A usted! Que tenga un buen día.",),
    ("de", "friendly"): ("Sehr gerne! Einen schönen Tag noch.",),
    ("fr", "friendly"): ("Avec plaisir, très bonne journée à vous !",),
    ("zh", "friendly"): ("不客气,祝您生活愉快!",),
    ("es", "neutral"): ("De nada.",),
    ("de", "neutral"): ("Gern geschehen.",),
    ("fr", "neutral"): ("De rien.",),
    ("zh", "neutral"): ("不客气。",),
    ("es", "rude"): ("Bien.",),
    ("de", "rude"): ("Na also.",),
    ("fr", "rude"): ("Bon.",),
    ("zh", "rude"): ("行了。",),
}
INSISTS = {
    "friendly": (
        "I understand, {first}, and I'm sorry for the confusion. This is the information I have; I'd be happy "
        "to pass it on to a colleague.",
    ),
    "neutral": ("This is the information available to me.", "According to my information this is how it is handled."),
    "rude": ("I already answered that.", "Then don't ask me.", "That is your problem, not mine."),
}
INSISTS_ABROAD = {
    "es": "Es la información que tengo.",
    "de": "Das ist die Information, die mir vorliegt.",
    "fr": "C'est l'information dont je dispose.",
    "zh": "这是我目前掌握的信息。",
}
