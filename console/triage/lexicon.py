"""Lists of words: negations, function words, letters that do not stand side by side, opposites."""

from __future__ import annotations


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _pairs(text: str) -> frozenset[tuple[str, str]]:
    """Each line of pairs `one/other`, both ways round."""
    found = [tuple(pair.split("/")) for pair in text.split()]
    return frozenset({(one, other) for one, other in found} | {(other, one) for one, other in found})


NEGATIONS = _words(
    """
    not no never none neither nor nothing nobody nowhere cannot without hardly barely n't don't doesn't didn't
    won't can't isn't aren't wasn't weren't shouldn't wouldn't couldn't mustn't hasn't haven't hadn't ain't dont
    doesnt cant wont isnt arent nicht kein keine keinen keiner nie niemals ne pas jamais aucun aucune sans ni
    nunca jamás sin não nem sem non mai senza niet geen nooit не нет никогда ни без 不 没 無 无 非 未 否
    """
)
"""Words that turn a statement into its opposite, in the languages most answers are written in."""

FUNCTION_WORDS = _words(
    """
    the of and to a in is it you that he was for on are with as i his they be at one have this from or had by but
    what we when your can said there an each which she do how their if will up other about out many then them
    these so some her would make like him into has more not no my me our us its than also any only may should must
    could does been de la el que y en los se del las un por con una es para al le les des et du une est dans pour
    qui pas sur au der die und das den von zu mit ist nicht ein eine im dem auf für als auch sich o os um uma da
    em não il di che e per sono het een van ik
    """
)
"""Words of grammar in the languages of Latin letters that most answers are written in."""

PLAIN_FUNCTION_WORDS = frozenset(filter(str.isascii, FUNCTION_WORDS))
"""Those in plain Latin letters."""

QUESTION_WORDS = _words(
    """
    who whose whom which what where when why how name find compare explain give tell is are does do did was were
    question answer if after before each every two three four five six
    """
)
"""Words that begin a question or a task, and so have a capital without being a name."""

STARTERS = _words(
    """
    answer based according sure certainly there here however although because since while also then thus hence
    therefore therein many some most several both among during while whereas overall finally first second next last
    just only even still well yes final correct painted written built made known born invented discovered great good
    question let's lets perhaps maybe probably actually indeed historically today
    """
)
"""Words that begin a sentence, and are no names."""

RARE_PAIRS = _words(
    """
    bq bx cb cj cv cx dx fq fx fz gq gx gz hx hz jb jc jd jf jg jh jk jl jm jn jp jq jr js jt jv jw jx jy jz kq kx
    kz lq lx mq mx mz pq px pz qb qc qd qe qf qg qh qj qk ql qm qn qo qp qr qs qt qv qw qx qy qz sx tq vb vc vd vf
    vg vh vj vk vm vn vp vq vt vw vx vz wq wv wx wz xb xd xg xj xk xm xn xr xv xz yq yv zb zc zf zg zj zk zn zp zq
    zr zx fj fv gj gv hj hv kj kv lj pj pv qi qa tx uq xq zv zd zs zt mj mv bz cg cw dq fk gk hk jj kk vv ww xx qq
    """
)
"""Pairs of letters that hardly a word has."""

OPPOSITES = _pairs(
    """
    increase/decrease increases/decreases increased/decreased before/after above/below over/under more/less
    more/fewer most/least minimum/maximum allowed/prohibited allowed/forbidden must/may must/can always/never
    always/sometimes all/some all/none always/rarely required/optional mandatory/optional true/false yes/no
    enable/disable enabled/disabled on/off open/closed include/exclude includes/excludes included/excluded
    accept/reject accepted/rejected safe/dangerous legal/illegal higher/lower high/low up/down first/last
    left/right win/lose buy/sell positive/negative best/worst better/worse with/without possible/impossible
    only/also can/cannot free/paid public/private internal/external start/end starts/ends gain/loss profit/loss
    agree/disagree north/south east/west morning/evening male/female hot/cold early/late earlier/later add/remove
    daily/weekly weekly/monthly monthly/yearly monthly/annually hours/days days/weeks weeks/months months/years
    million/billion thousand/million am/pm old/new success/failure succeed/fail succeeded/failed pass/fail
    """
)
"""Words of which one cannot stand for the other, both ways round."""

VAGUE = _words("within after before about between around least per each every usually most need needs take takes")
"""Words that stand beside so many values that they do not say what one is of."""

PARTS = _words(
    """
    ways tips steps ideas examples reasons points things suggestions options paragraphs words lines factors strategies
    facts sentences others items questions answers sections parts bullets methods techniques types kinds aspects
    characters times
    """
)
"""Nouns that count the parts of the answer itself, not anything in the world."""

COURTESIES = _words(
    "hi hello hey dear thanks thank you please know just let regards best about that this note remember reminder"
)
"""Words that a message may have or lack, and says the same."""

STATES = {
    name.replace("-", " "): short
    for name, short in sorted(
        _pairs(
            """
        alabama/al alaska/ak arizona/az arkansas/ar california/ca colorado/co connecticut/ct delaware/de florida/fl
        georgia/ga hawaii/hi idaho/id illinois/il indiana/in iowa/ia kansas/ks kentucky/ky louisiana/la maine/me
        maryland/md massachusetts/ma michigan/mi minnesota/mn mississippi/ms missouri/mo montana/mt nebraska/ne
        nevada/nv new-hampshire/nh new-jersey/nj new-mexico/nm new-york/ny north-carolina/nc north-dakota/nd ohio/oh
        oklahoma/ok oregon/or pennsylvania/pa rhode-island/ri south-carolina/sc south-dakota/sd tennessee/tn texas/tx
        utah/ut vermont/vt virginia/va washington/wa west-virginia/wv wisconsin/wi wyoming/wy
        """
        )
    )
    if len(short) == 2
} | {"united states": "usa"}
"""States that are written either way, with how the mail calls them."""
