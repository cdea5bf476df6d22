"""Texts of the study-and-exchange meetings: from the first seed, with French translations."""

TITLE = {"fr": "La valorisation des cadres supérieurs", "en": "Raising the status of senior managers"}

INVITATION = {
    "fr": (
        "Les membres des conseils de gouverneurs de toutes les associations de cadres supérieurs des secteurs public, "
        "parapublic et péripublic, ainsi que les cadres intéressés de ces secteurs, sont invités à réfléchir ensemble "
        "à la valorisation des cadres supérieurs."
    ),
    "en": (
        "Board-of-governor members from all senior management associations in the public, parapublic and peri-public "
        "sectors, as well as interested managers working in these sectors, are invited to a meeting on the theme of "
        "raising the status of senior management."
    ),
}

AVENUES = (
    {
        "fr": "Rebâtir une identité auprès du public",
        "en": "Rebuilding a sense of identity for public consumption",
    },
    {
        "fr": "Adopter de nouvelles politiques et pratiques de gestion",
        "en": "Adopting new management policies and practices",
    },
    {
        "fr": "Négocier les conditions de travail – pour de vrai, cette fois",
        "en": "Negotiating working conditions – for real this time",
    },
    {
        "fr": "Développer un sentiment d'efficacité collective",
        "en": "Developing a collective sense of efficiency",
    },
    {
        "fr": "Réseauter sur la base de liens de solidarité",
        "en": "Networking based on ties of solidarity",
    },
)

REPORT = {
    "en": """\
This invitation came as a follow-up to reflections initiated by professors Joseph Facal and Jacques Lusignan in May \
2011. The working conditions of senior managers have not improved since, quite to the contrary, and the same holds \
true for public opinion concerning the status of senior management. How can managers remain motivated in such a \
context? How can we as an association reverse the trend and raise the status of senior managers in our communities? \
Professor Jacques Lusignan agreed to continue in the same vein as during his 2011 talk by sharing his changing \
reflections, analyses and proposals, in a concrete and dynamic manner.

As a backdrop, Mr. Lusignan first painted a portrait of the present context, including the current crisis in the \
workplace, the malaise of senior management, and its whys and wherefores. His remarks to the effect that “management \
is a profession in search of meaning” awoke his audience to the fact that clarifications are needed regarding the \
organizing and redefining of roles, as well as with respect to legal status (powers and duties). In his view, this is \
a profession in the building stage: the nature of management work and the professional identity of the manager must \
be subject to questioning and debate. As we also face an issue of image and representation, the social and \
professional status dimension must not be overlooked.

To develop a strategic plan to raise the status of senior management, it would seem appropriate to take a closer look \
at sources of motivation and organizational commitment. Despite the enormous challenges that they face, and working \
and operating conditions that are often rather unattractive, the vast majority of managers enjoy their work and \
devote a great deal of effort and energy to fulfilling the mission of their institution. There are important avenues \
to consider as a means of raising the lacklustre status of senior management.

Senior management associations from all sectors clearly have their work cut out for them. That is why concerted \
action is the best hope, and sooner rather than later. The CNCQ and the CCC-CMC will be keeping a very close eye on \
this file.""",
    "fr": """\
Cette invitation faisait suite aux réflexions amorcées par les professeurs Joseph Facal et Jacques Lusignan en mai \
2011. Les conditions de travail des cadres supérieurs ne se sont pas améliorées depuis, bien au contraire, et il en \
va de même de l'opinion publique à l'égard de leur statut. Comment des cadres peuvent-ils rester motivés dans un tel \
contexte ? Comment, comme association, renverser la tendance et valoriser les cadres supérieurs dans nos milieux ? Le \
professeur Jacques Lusignan a accepté de poursuivre dans la veine de sa conférence de 2011 en partageant, de façon \
concrète et dynamique, l'évolution de ses réflexions, de ses analyses et de ses propositions.

En toile de fond, M. Lusignan a d'abord brossé un portrait du contexte : la crise actuelle du travail, le malaise des \
cadres supérieurs, et le pourquoi de ce malaise. En affirmant que « la gestion est une profession en quête de sens », \
il a rappelé à son auditoire que des clarifications s'imposent quant à l'organisation et à la redéfinition des rôles, \
de même qu'au statut juridique (pouvoirs et devoirs). C'est, selon lui, une profession en construction : la nature du \
travail de gestion et l'identité professionnelle du cadre doivent être questionnées et débattues. Comme l'enjeu en est \
aussi un d'image et de représentation, la dimension du statut social et professionnel ne saurait être négligée.

Pour élaborer un plan stratégique de valorisation des cadres supérieurs, il paraît indiqué d'examiner de plus près les \
sources de motivation et d'engagement organisationnel. Malgré les défis énormes qu'ils affrontent, et des conditions \
de travail et d'exercice souvent peu attrayantes, la très grande majorité des cadres aiment leur travail et consacrent \
beaucoup d'efforts et d'énergie à la mission de leur établissement. D'importantes avenues sont à considérer pour \
redorer le statut terni des cadres supérieurs.

Les associations de cadres de tous les secteurs ont manifestement du pain sur la planche. C'est pourquoi l'action \
concertée est le meilleur espoir, et le plus tôt sera le mieux. La CNCQ et la CCC-CMC suivront ce dossier de très \
près.""",
}
