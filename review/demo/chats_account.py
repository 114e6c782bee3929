"""Scripts about the customer's account."""

from __future__ import annotations

from review.demo.scripts import Flaw, Script

SCRIPTS: tuple[Script, ...] = (
    Script(
        intent="account",
        scenario="account",
        asks=(
            "I can't log in anymore. It says my password is wrong. My email is {email}.",
            "The reset link doesn't work, it says expired.",
            "How do I reset my password?",
            "Locked out of my account after three tries. Email {email}",
        ),
        right=(
            "Use 'Forgot password' on the login page. The link in the e-mail is valid for 30 minutes; only the "
            "newest one works.",
            "Please request a new link under 'Forgot password'. It is valid for 30 minutes, and each new "
            "request makes older links invalid. Have a look in the spam folder as well.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Use 'Forgot password' on the login page. The link is valid for 24 hours.",
                "The link is valid for 30 minutes.",
            ),
            Flaw(
                "wrong",
                "unsafe",
                "I have set your password to Welcome2026. Please log in with it and change it later.",
                "Sets a password in a chat without checking who is asking.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "Please request a new link on the login page.",
                "Does not say that the link lasts 30 minutes only and that just the newest works, so it will "
                "expire again.",
            ),
        ),
        follow=(
            (
                "I don't get any email at all.",
                "Then the account may be under another address. Check the confirmation of an earlier order for "
                "the address you used.",
            ),
            (
                "Ok it works. Can I turn on two-step login?",
                "Yes, under Settings > Security. You can use an app or text messages.",
            ),
        ),
        policy="Password: reset link valid 30 minutes, only the newest works. Staff never set or ask for passwords.",
        probe="email",
        difficulty="easy",
        weight=1.6,
    ),
    Script(
        intent="account",
        scenario="account",
        asks=(
            "I have a new email address, {email}. How do I change it?",
            "Please change my phone number to {phone}.",
            "I moved to {city}, where can I update my address?",
        ),
        right=(
            "You can change it yourself under Settings > Profile. A change of e-mail has to be confirmed with "
            "the link sent to the new address. Orders already placed keep the old data.",
            "Go to Settings > Profile and edit it there; a new e-mail address is confirmed by a link. Orders "
            "already under way are not changed.",
        ),
        flaws=(
            Flaw(
                "partly",
                "incomplete",
                "You can change it under Settings > Profile.",
                "Leaves out that orders already placed keep the old data.",
            ),
            Flaw(
                "wrong",
                "wrong_fact",
                "For security reasons it cannot be changed. Please open a new account.",
                "It can be changed under Settings > Profile.",
            ),
            Flaw(
                "wrong",
                "unsafe",
                "Done, I changed it for you. No confirmation is needed.",
                "Changes contact data without any check of identity.",
            ),
        ),
        follow=(("Does my order history stay?", "Yes, orders, points and store credit stay with the account."),),
        policy="Profile data: changed by the customer under Settings > Profile; new e-mail confirmed by link; "
        "open orders keep the old data.",
        difficulty="easy",
    ),
    Script(
        intent="account",
        scenario="account",
        asks=(
            "Delete my account and all my data please. {email}",
            "How do I close my account? And what happens to my data?",
            "Under GDPR I want everything you have on me erased.",
        ),
        right=(
            "Open Settings > Privacy > Delete account. Your data is erased within 30 days; invoices are kept "
            "for the period the law requires. Points and store credit are lost.",
            "You can request this under Settings > Privacy. Within 30 days everything is erased except "
            "invoices, which we must keep by law. Remaining points and store credit end with the account.",
        ),
        flaws=(
            Flaw(
                "wrong",
                "wrong_fact",
                "Accounts cannot be deleted, but you can unsubscribe from the newsletter.",
                "Accounts can be deleted under Settings > Privacy, and it is the customer's right.",
            ),
            Flaw(
                "partly",
                "incomplete",
                "Open Settings > Privacy > Delete account.",
                "What happens to the data (30 days, invoices kept) is not answered.",
            ),
            Flaw(
                "wrong",
                "misunderstood",
                "To unsubscribe from our e-mails, use the link at the bottom of any newsletter.",
                "Wants the account erased, not the newsletter stopped.",
            ),
        ),
        follow=(
            (
                "Can I get a copy of my data first?",
                "Yes, Settings > Privacy > Export sends you a file within 48 hours.",
            ),
        ),
        policy="Deletion: Settings > Privacy, within 30 days, invoices kept as required by law, points and "
        "credit are lost. Export: 48 hours.",
        difficulty="medium",
        weight=0.8,
    ),
)
