"""The words that the room's page shows by itself: translated here, handed over as JSON; the page fills in {name} and the like."""

from django.utils.translation import gettext as _


def for_room_page() -> dict[str, dict[str, str]]:
    return {
        "phase": _phases(),
        "reason": _reasons(),
        "meter": _meter(),
        "veil": _veil(),
        "offer": _offer(),
        "device": _devices(),
        "file": _files(),
        "still": _still_there(),
        "captions": _captions(),
        "page": _page(),
    }


def for_consent_card() -> dict[str, dict[str, str]]:
    """What consent_terms.js says by itself, on a page that is no room."""
    offer, page = _offer(), _page()
    return {
        "offer": {"cap_choice": offer["cap_choice"]},
        "page": {name: page[name] for name in ("minutes_seconds", "minutes", "seconds")},
    }


def for_device_check() -> dict[str, dict[str, str]]:
    """What device_check.js and device_choice.js say by themselves, on a page that is no room."""
    return {"device": _devices()}


def _phases() -> dict[str, str]:
    return {
        "ringing": _("ringing"),
        "connecting": _("connecting"),
        "connected": _("connected"),
        "reconnecting": _("reconnecting"),
        "ended": _("ended"),
    }


def _reasons() -> dict[str, str]:
    """Why the call is as it is: the keys of phase.js."""
    return {
        "no_call": _("There is no call yet."),
        "ringing_out": _("Ringing {name}. Nothing is charged."),
        "ringing_in": _("{name} is calling you. Joining answers."),
        "waiting": _("Waiting for {name} to join."),
        "finding": _("Connecting you to {name}."),
        "server_lost": _(
            "No connection to Ringwise right now. You can go on talking; no paid time counts until it is back."
        ),
        "sound_lost": _("The sound from {name} does not arrive. Trying again; no paid time counts meanwhile."),
        "other_lost": _("{name} lost the connection. No paid time counts meanwhile."),
        "other_lost_until": _(
            "{name} lost the connection. The call waits {left} for them; no paid time counts meanwhile."
        ),
        "ended_hung_up": _("The call has ended."),
        "ended_left": _("The call has ended: {name} and you were both gone."),
        "ended_lost": _("The call has ended: the connection did not come back."),
        "ended_never_joined": _("The call has ended: nobody joined in time."),
        "declined": _("{name} cannot talk right now. Nothing was charged."),
        "missed": _("{name} did not answer. Nothing was charged."),
        "cancelled": _("You cancelled the call. Nothing was charged."),
        "declined_expert": _("You declined the call."),
        "missed_expert": _("You missed a call from {name}."),
        "cancelled_expert": _("{name} cancelled the call."),
    }


def _meter() -> dict[str, str]:
    return {
        "free": _("free"),
        "countdown": _("countdown"),
        "running": _("running"),
        "paused": _("paused"),
        "stopped": _("stopped"),
        "free_payer": _("until you agree to pay"),
        "free_expert": _("until {name} agrees to pay"),
        "left": _("{time} left, stops at {cap}"),
        "act_left": _("{time} left of the act"),
        "stopped_at": _("stopped at {time}"),
        "title_paid": _("Paid {time}"),
        "title_free": _("Free call"),
        "title_ringing": _("Ringing"),
        "title_stopped": _("Stopped {time}"),
        "title_paused": _("Paused {time}"),
        "title_offer": _("Offer"),
        "warning_1": _("1 minute of paid time left. Then the call goes back to free."),
        "warning_2": _("2 minutes of paid time left. Then the call goes back to free."),
        "warning_5": _("5 minutes of paid time left. Then the call goes back to free."),
        "act_warning_1": _("1 minute of the act left. Then the call goes back to free."),
        "act_warning_2": _("2 minutes of the act left. Then the call goes back to free."),
        "act_warning_5": _("5 minutes of the act left. Then the call goes back to free."),
        "say_countdown": _("Paid time starts in {seconds} seconds."),
        "say_running": _("Paid time runs."),
        "say_paused": _("Paused. No paid time counts."),
        "say_stopped": _("Stopped. No paid time counts."),
        "say_free": _("The call is free."),
        "raise_to": _("{cap}, +{time}"),
        "raised": _("The limit is now {cap}. Paid time stops after {time}."),
    }


def _veil() -> dict[str, str]:
    """Over the picture while the meter stands still."""
    return {
        "pause_mine": _("You paused the call"),
        "pause_other": _("{name} paused the call"),
        "loss": _("The connection was lost"),
        "loss_other": _("{name} lost the connection"),
        "back": _("The connection is back"),
        "hushed": _("No paid time counts, and you do not hear or see each other."),
        "wait_resume": _("{name} can resume it."),
        "wait_ready": _("You can resume once {name} is ready."),
        "wait_loss": _("It goes on by itself as soon as you hear each other again."),
        "wait_loss_expert": _(
            "It goes on as soon as you hear each other again; after a longer loss {name} resumes it."
        ),
        "until": _("Paid time ends in {left} if it does not go on by then."),
    }


def _offer() -> dict[str, str]:
    return {
        "waiting": _("Waiting for {name} to accept or refuse"),
        "adding_credit": _("{name}: Adding credit"),
        "making_account": _("{name}: Making an account"),
        "account_made": _("Your account is made. To accept, add credit."),
        "waits": _("The offer waits {left}."),
        "refused_payer": _("You refused. The call stays free, and nothing was charged."),
        "refused_expert": _("{name} refused. The call stays free."),
        "withdrawn_payer": _("{name} took the offer back. The call stays free."),
        "withdrawn_expert": _("You took the offer back. The call stays free."),
        "expired_payer": _("The offer has expired. The call stays free, and nothing was charged."),
        "expired_expert": _("{name} did not answer in time. The call stays free."),
        "wait_until": _("{name} refused twice. You can ask again in {left}."),
        "cap_choice": _("{sum} ({time})"),
        "rate": _("Rate per minute"),
        "price": _("Price"),
        "rate_hint": _("At most {rate}"),
        "bad_rate": _("Type a sum such as 1.50, at most {rate}."),
        "price_hint": _("At most what you list: {price}"),
        "bad_price": _("Type a sum such as 20.00, at most what you list: {price}."),
        "accept": _("Accept and pay"),
        "accept_stored": _("Start stored time"),
        "bad_estimate": _("Give both minutes as whole numbers, the smaller one first."),
        "free_only": _("Nothing new is sold in your category, so you cannot ask to be paid. My page says why."),
        "calls_free": _("{name} always calls you free. You can take them off that list on your page."),
        "needs_listing": _("You have nothing to offer yet: add a rate on your page first."),
        "form_failed": _("The form could not be opened. Nothing was charged. Close it and try again in a minute."),
        "window": _("Your browser kept the payment window closed. Allow windows for this site, then press again."),
        "window_account": _(
            "Your browser kept the sign-up window closed. Allow windows for this site, then press again."
        ),
    }


def _devices() -> dict[str, str]:
    return {
        "microphone_asking": _("Your browser asks whether it may use the microphone. Until then {name} hears silence."),
        "microphone_refused": _(
            "The microphone is not allowed in this browser, so {name} hears silence. Allow it in the address bar."
        ),
        "microphone_blocked": _(
            "Your system does not let the browser use the microphone, so {name} hears silence."
            " Allow it in the system's privacy settings."
        ),
        "microphone_none": _("No microphone was found, so {name} hears silence. Plug one in, then try again."),
        "microphone_busy": _("Another program uses the microphone, so {name} hears silence. Close it, then try again."),
        "microphone_unplugged": _("The microphone was unplugged, so {name} hears silence."),
        "microphone_unsupported": _("This browser gives no microphone here, so {name} hears silence."),
        "microphone_kept": _("That microphone cannot be used, so {name} hears you through the one before."),
        "microphone_press": _("Press anywhere on this page, then say something."),
        "screen_blocked": _(
            "Your system does not let the browser show the screen. Allow it in the system's privacy settings."
        ),
        "said_muted": _("Muted."),
        "said_unmuted": _("Your microphone is on."),
        "said_held": _("You are heard while you hold the key."),
        "said_camera_on": _("Your camera is on."),
        "said_camera_off": _("Your camera is off."),
        "microphone_say": _("Say something: the bar should move."),
        "microphone_muted": _("You are muted."),
        "microphone_well": _("We hear you."),
        "microphone_silent": _("Your microphone is on, but no sound comes from it. Is it muted or the wrong one?"),
        "camera_refused": _("The camera is not allowed in this browser. Allow it in the address bar."),
        "camera_blocked": _(
            "Your system does not let the browser use the camera. Allow it in the system's privacy settings."
        ),
        "camera_none": _("No camera was found. A call needs none."),
        "camera_busy": _("Another program uses the camera. Close it, then try again."),
        "camera_unplugged": _("The camera was unplugged, so it is off."),
        "camera_unsupported": _("This browser gives no camera here."),
        "camera_kept": _("That camera cannot be used, so the one before is on again."),
        "camera_asking": _("Your browser asks whether it may use the camera."),
        "camera_untried": _("Off until you turn it on. A call needs none."),
        "camera_well": _("Only you see this. It is off again when you join."),
        "try_camera": _("Try the camera"),
        "relay_untried": _("Looking for a way through your network."),
        "relay_trying": _("Looking for a way through your network."),
        "relay_well": _("Ready: calls get through, behind strict networks too."),
        "hidden_stuck": _(
            "The relay does not answer, and you hide your network address, so no call connects. Try again, or show your"
            " address for this call."
        ),
        "hidden_none": _(
            "This site has no relay any more, so your network address cannot be hidden: {name}'s browser would learn it."
        ),
        "relay_none": _(
            "This site has no relay. Most calls connect; behind a strict network, such as an office's, some do not."
        ),
        "relay_refused": _(
            "The relay does not take us just now, which is not your fault. Most calls connect without it."
        ),
        "relay_unreachable": _(
            "The relay does not answer. Most calls connect without it; behind a strict network try another one,"
            " such as your phone's."
        ),
        "default_microphone": _("Any microphone"),
        "default_camera": _("Any camera"),
        "default_speaker": _("The usual speaker"),
        "mute": _("Mute"),
        "unmute": _("Unmute"),
        "camera_on": _("Camera on"),
        "camera_off": _("Camera off"),
        "share_screen": _("Share screen"),
        "stop_sharing": _("Stop sharing"),
    }


def _still_there() -> dict[str, str]:
    return {
        "title": _("Still there?"),
        "press": _("Press any key, or anywhere on this page."),
        "payer": _(
            "Nobody has spoken for some minutes. To go on, press any key, or anywhere on this page, within {left}."
            " Otherwise paid time ends,"
            " and what passed since the last word is not charged."
        ),
        "expert": _(
            "Nobody has spoken for some minutes. Press any key, or anywhere on this page, within {left}, so that the"
            " time until now counts."
            " {name} is asked too, and only their answer lets paid time go on."
        ),
        "waiting": _("You are here. Waiting {left} for {name}, or paid time ends."),
    }


def _captions() -> dict[str, str]:
    """Of what either says, written down by the server: captions.js."""
    return {
        "question_own": _("Captions of what you say"),
        "own": _("What you say is being written down"),
        "own_waits": _("Nothing is written down while you are muted or paid time stands still"),
        "own_alone": _("Nothing is written down while {name} is not there"),
        "theirs": _("What {name} says is being written down"),
        "asking": _("{name} was asked for captions"),
        "you": _("You:"),
        "them": _("{name}:"),
        "told_asked": _("{name} asks for captions of what you say"),
        "told_refused": _("{name} said no to captions."),
        "told_own_on": _("What you say is being written down."),
        "told_own_off": _("{name} stopped the captions of what you say."),
        "told_theirs_on": _("What {name} says is being written down."),
        "told_theirs_off": _("The captions of {name} are off."),
        "told_failed": _(
            "Captions cannot be written just now. They are off, and your sound goes to this site's server no more."
        ),
        "told_busy": _("Too many people have captions written just now. Try again in a few minutes."),
        "told_used_up": _(
            "Your captions of this day are used up. They are off, and your sound goes to this site's server no more."
        ),
        "told_unheard": _(
            "This browser gives no sound of your microphone for captions, so they are off. The call goes on."
            " Another microphone, or another browser, may do."
        ),
        "told_unanswered": _(
            "{name} gave no answer about captions. Perhaps their program has none; you can ask again."
        ),
        "told_gone": _("The captions ended, as {name} is not there. Ask again if you want them."),
        "told_lost": _("The captions ended with the connection. Ask again if you want them."),
    }


def _files() -> dict[str, str]:
    """Files go from browser to browser: files.js."""
    return {
        "offered_out": _("Waiting for {name} to take it."),
        "offered_in": _("{name} wants to send you {file}."),
        "going": _("On its way."),
        "waiting": _("It goes on when the connection is back."),
        "done": _("Arrived whole."),
        "refused": _("Not taken."),
        "stopped": _("Stopped."),
        "broken": _("It did not arrive whole. Send it again."),
        "size": _("{file} is empty or larger than 100 MiB, so it was not sent."),
        "receive": _("Receive"),
        "refuse": _("Do not take it"),
        "stop": _("Stop"),
        "save": _("Save again"),
    }


def _page() -> dict[str, str]:
    return {
        "lobby_here": _("{name} is in the room"),
        "lobby_not_here": _("{name} is not here yet"),
        "lobby_ringing": _("{name} is calling"),
        "camera_is_off": _("{name} has the camera off"),
        "over_title": _("The call has ended"),
        "over_title_none": _("No call right now"),
        "over_cut": _(
            "No connection to Ringwise right now. What was charged, if anything, shows here once it is back."
        ),
        "signed_out": _("You are signed out. Nothing is charged while you are away. Sign in to come back."),
        "not_found": _("This room is not yours or does not exist."),
        "dismiss": _("Dismiss"),
        "sound_blocked": _("Your browser holds the sound back. Press anywhere on the page to hear {name}."),
        "raise_hand": _("Raise hand"),
        "lower_hand": _("Lower hand"),
        "hand_raised": _("{name} raises a hand."),
        "full_screen": _("Full screen"),
        "leave_full_screen": _("Leave full screen"),
        "sound_only": _("Sound only"),
        "with_picture": _("With picture"),
        "sound_alone": _("Sound only: you receive no picture of {name}"),
        "quality_good": _("good connection"),
        "quality_fair": _("fair connection"),
        "quality_poor": _("poor connection"),
        "quality_advice": _(
            "The connection is poor. Go nearer to your router, close what else uses the network, or press Sound only."
        ),
        "camera_rests_now": _("your camera rests"),
        "camera_rests": _("There is room for the sound alone, so your camera rests. It comes back by itself."),
        "chat": _("Chat"),
        "chat_unread": _("Chat, {number} new"),
        "chat_from": _("{name} writes: {text}"),
        "chat_you": _("You"),
        "direct": _("Sound and picture go straight from browser to browser."),
        "relayed": _("Sound and picture go through this site's relay, which cannot read them."),
        "not_charged": _("Nothing was charged."),
        "meter_unchanged": _("What is charged has not changed."),
        "offline_action": _("There is no connection right now, so nothing was sent. Nothing was charged."),
        # No-break spaces: a duration is never broken over two lines.
        "minutes_seconds": _("{minutes}\u00a0min\u00a0{seconds}\u00a0s"),
        "minutes": _("{minutes}\u00a0min"),
        "seconds": _("{seconds}\u00a0s"),
        "loading": _("One moment"),
    }
