"""Every setting, with its meaning, its unit and its bounds; loaded once, handed on by section.

A wrong file is refused with the key, the value and what is allowed. Settings never open anything: they are
values. ``docs/configuration.md`` is generated from this module, and a test holds the two together.
"""

from __future__ import annotations

import re
from datetime import date
from ipaddress import ip_network
from pathlib import Path
from typing import Annotated, Any, Literal, Self

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError, field_validator, model_validator
from pydantic_core import ErrorDetails

from rag.errors import ConfigError

Name = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=300)]

PathPrefix = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^(/[A-Za-z0-9._~-]+)*$", max_length=200)]
Origin = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?$", max_length=300)
]
Issuer = Annotated[
    str,
    StringConstraints(
        strip_whitespace=True, pattern=r"^https?://[A-Za-z0-9.-]+(:\d{1,5})?(/[A-Za-z0-9._~%/-]*)?$", max_length=300
    ),
]
RoleName = Literal["staff", "supervisor", "admin"]
_OWN_MACHINE = re.compile(r"http://(?:localhost|127(?:\.\d{1,3}){3})(?:[:/]|$)")


class _Section(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", protected_namespaces=())


class PathSettings(_Section):
    """Where things are kept. Relative paths are relative to the configuration file."""

    data: Path = Field(
        Path("data"), description="Folder for generations, kept originals, the embedding cache and the lock."
    )
    corpus: Path = Field(
        Path("corpus"), description="Folder of documents that `make run` ingests when nothing is published yet."
    )


class IngestSettings(_Section):
    """Reading files."""

    max_file_mb: int = Field(
        50, ge=1, le=2000, description="Largest file that is read, in megabytes; larger ones are refused."
    )
    keep_generations: int = Field(
        5,
        ge=1,
        le=100,
        description="How many generations stay on disk, the published one included; as many more that were held back.",
    )
    min_free_mb: int = Field(
        200,
        ge=0,
        le=1_000_000,
        description="Free disk space, in megabytes, that must be left after what an ingest is expected to write.",
    )
    processes: int = Field(
        0, ge=0, le=128, description="Processes that read files at the same time; 0 is one for each processor core."
    )
    parse_timeout_s: float = Field(
        120.0, ge=1.0, le=3600.0, description="Seconds after which the reading of one file is given up."
    )
    parse_memory_mb: int = Field(
        2048, ge=256, le=65536, description="Memory, in megabytes, that the reading of one file may take."
    )
    max_text_chars: int = Field(
        10_000_000,
        ge=1000,
        le=200_000_000,
        description="Longest text of one file, in characters; longer ones are refused.",
    )
    max_rows: int = Field(
        50_000, ge=10, le=2_000_000, description="Most rows of one table file; larger ones are refused."
    )
    max_unpacked_mb: int = Field(
        500, ge=1, le=10_000, description="Largest size of an archive when unpacked, in megabytes."
    )
    max_members: int = Field(5000, ge=1, le=100_000, description="Most files in one archive.")
    ocr: bool = Field(True, description="Whether images and scanned pages are read by character recognition.")
    ocr_max_pages: int = Field(
        100, ge=1, le=5000, description="Most pages of one file that are read by character recognition."
    )
    ocr_page_timeout_s: float = Field(
        120.0, ge=5.0, le=3600.0, description="Seconds after which the recognition of one page is given up."
    )
    fetch_timeout_s: float = Field(
        30.0, ge=1.0, le=600.0, description="Seconds after which the download of a web page is given up."
    )
    duplicate_similarity: float = Field(
        0.8,
        ge=0.5,
        le=1.0,
        description="Share of common word runs (Jaccard) from which two texts of one place count as copies.",
    )


class ChunkingSettings(_Section):
    """Cutting sections into chunks."""

    target_chars: int = Field(
        250, ge=50, le=2000, description="Size a chunk grows to before a new one begins, in characters."
    )
    max_chars: int = Field(
        500, ge=100, le=4000, description="Size no chunk exceeds, in characters; longer sentences are cut."
    )

    @model_validator(mode="after")
    def _target_fits(self) -> Self:
        if self.target_chars > self.max_chars:
            raise ValueError(f"target_chars ({self.target_chars}) must not exceed max_chars ({self.max_chars})")
        return self


class EmbeddingSettings(_Section):
    """The embedding model."""

    model: Name = Field(
        "builtin:static-zh",
        description="`builtin:static-zh` (ships in the package), the path of a local folder, or a hub name such as `BAAI/bge-small-zh-v1.5`.",
    )
    query_instruction: str | None = Field(
        None,
        max_length=500,
        description="Text put before every question; empty: what the model is known to have been trained with, if anything.",
    )
    batch_size: int = Field(64, ge=1, le=4096, description="Texts embedded at once.")
    device: Literal["cpu", "cuda", "mps"] = Field("cpu", description="Where a transformer model runs.")
    allow_download: bool = Field(
        False,
        description="Whether a hub name that is not in the local cache may be downloaded when it is first needed.",
    )
    download_timeout_s: int = Field(60, ge=1, le=3600, description="Seconds after which a download is given up.")


class VectorStoreSettings(_Section):
    """Where the vectors are searched."""

    server: Name | None = Field(
        None,
        description="Address of a Chroma server, for example `http://127.0.0.1:8000`; empty: files in the data folder.",
    )
    timeout_s: float = Field(10.0, ge=0.5, le=600.0, description="Seconds a Chroma server may take to answer.")


class RerankerSettings(_Section):
    """The cross-encoder that may read the first passages again. Without one, the formula's order stands."""

    model: Name | None = Field(
        None,
        description="Path of a local folder or a hub name such as `BAAI/bge-reranker-v2-m3`; empty: no cross-encoder.",
    )
    candidates: int = Field(20, ge=2, le=200, description="Passages that are read again.")
    weight: float = Field(
        1.0, ge=0.0, le=10.0, description="Weight of the cross-encoder's score, 0 to 1, beside the formula's parts."
    )
    max_chars: int = Field(512, ge=64, le=8192, description="Characters of a passage that are read.")
    batch_size: int = Field(16, ge=1, le=512, description="Pairs scored at once.")
    device: Literal["cpu", "cuda", "mps"] = Field("cpu", description="Where the model runs.")
    deadline_s: float = Field(
        3.0, ge=0.1, le=60.0, description="Seconds after which the formula's order is used instead."
    )


class RetrievalSettings(_Section):
    """Ranking. The defaults were measured; `docs/retrieval.md` has the tables."""

    k1: float = Field(0.4, ge=0.0, le=3.0, description="BM25 term-frequency saturation.")
    b: float = Field(0.6, ge=0.0, le=1.0, description="BM25 length normalisation.")
    document_weight: float = Field(
        0.5, ge=0.0, le=1.0, description="Share of the whole document's BM25 score; the best chunk has the rest."
    )
    dense_weight: float = Field(
        0.05, ge=0.0, le=2.0, description="Weight of the cosine beside BM25 scaled by its maximum."
    )
    uncovered_weight: float = Field(
        8.0,
        ge=0.0,
        le=50.0,
        description="Added to the weight of the cosine for each share of the question below one half that the best document's words leave out.",
    )
    tile_weight: float = Field(
        0.5, ge=0.0, le=2.0, description="Weight of long runs of characters that question and chunk share."
    )
    document_tile_weight: float = Field(
        0.5,
        ge=0.0,
        le=2.0,
        description="Weight of long runs of characters that question and the document's scored chunks share.",
    )
    heading_weight: float = Field(
        0.05, ge=0.0, le=2.0, description="Weight of question words that stand in the chunk's title and headings."
    )
    place_weight: float = Field(
        0.05,
        ge=0.0,
        le=5.0,
        description="Added for a document of the place asked about. This and the weights below are shares of what words and vectors can add.",
    )
    wider_weight: float = Field(
        0.1,
        ge=0.0,
        le=5.0,
        description="Taken away from a document of the whole country where a place in it was asked about; half of it from one of the province, more from one of a smaller place inside.",
    )
    elsewhere_weight: float = Field(
        0.3, ge=0.0, le=5.0, description="Taken away from a document of another place than the one asked about."
    )
    lead_weight: float = Field(
        0.15,
        ge=0.0,
        le=5.0,
        description="Taken away from a document whose beginning names other places than the one asked about.",
    )
    superseded_weight: float = Field(
        0.2, ge=0.0, le=5.0, description="Taken away from a document that another one says it replaces."
    )
    authority_weight: float = Field(
        0.01,
        ge=0.0,
        le=5.0,
        description="Taken away from a repost and from a copy of another text; small, as it only decides between equals.",
    )
    garbled_weight: float = Field(
        0.1, ge=0.0, le=5.0, description="Taken away from a chunk in proportion to its share of garbled text."
    )
    candidates: int = Field(
        100, ge=10, le=1000, description="Documents that BM25 proposes, and passages that the vectors propose."
    )
    read: int = Field(
        20,
        ge=10,
        le=1000,
        description="Documents among them whose passages are compared with the question word by word.",
    )


class StaleAfterSettings(_Section):
    """Days from publication after which a text is announced as old, for each type of document.

    A text that states for how long it holds is judged by that alone; these are for the others.
    """

    plan: int = Field(1825, ge=30, le=36500, description="Days for plans: they are made for five years.")
    notice: int = Field(1095, ge=30, le=36500, description="Days for notices and measures.")
    interpretation: int = Field(1095, ge=30, le=36500, description="Days for explanations of a policy.")
    report: int = Field(730, ge=30, le=36500, description="Days for reports: they tell how things stood.")
    faq: int = Field(730, ge=30, le=36500, description="Days for questions and answers.")
    statute: int = Field(3650, ge=30, le=36500, description="Days for laws and regulations: they hold until changed.")
    news: int = Field(365, ge=30, le=36500, description="Days for news.")
    other: int = Field(1095, ge=30, le=36500, description="Days for all other texts.")


class AnsweringSettings(_Section):
    """Choosing what is shown, and when to say nothing."""

    max_question_chars: int = Field(500, ge=10, le=5000, description="Longest question taken, in characters.")
    top_hits: int = Field(12, ge=1, le=100, description="Chunks read for an answer.")
    max_statements: int = Field(4, ge=1, le=20, description="Most statements of an answer that is not a list.")
    max_list_items: int = Field(40, ge=5, le=200, description="Most items of a list that is shown in full.")
    min_confidence: float = Field(
        0.6, ge=0.0, le=1.0, description="Confidence below which the answer is that the sources do not say."
    )
    stale_after: StaleAfterSettings = Field(
        StaleAfterSettings(),
        description="Days from publication after which a source is announced as old, for each type of document.",
    )

    @model_validator(mode="before")
    @classmethod
    def _one_age_for_all_types(cls, given: Any) -> Any:
        """Take the one number of earlier versions, ``stale_after_days``, for every type of document."""
        if not isinstance(given, dict) or "stale_after_days" not in given:
            return given
        if "stale_after" in given:
            raise ValueError(
                "stale_after_days was replaced by stale_after, which is given too: remove stale_after_days"
            )
        rest = {key: value for key, value in given.items() if key != "stale_after_days"}
        return rest | {"stale_after": dict.fromkeys(StaleAfterSettings.model_fields, given["stale_after_days"])}


class LanguageModelSettings(_Section):
    """The language model that may write answers. Without one, answers are quotations."""

    enabled: bool = Field(
        True,
        description="Whether a configured model is asked; the environment variable `POLICYCHAT_LLM_ENABLED=0` switches it off, too.",
    )
    model: Name | None = Field(
        None, description="Model name as the provider knows it; empty: no language model, answers are quotations."
    )
    provider: Name = Field(
        "openai", description="langchain provider; `openai` fits every server that speaks the OpenAI wire format."
    )
    base_url: Name | None = Field(None, description="Address of the server, for example `http://127.0.0.1:11434/v1`.")
    api_key_env: Name = Field(
        "POLICYCHAT_LLM_API_KEY",
        description="Name of the environment variable that holds the key; the key itself is never in a file.",
    )
    deadline_s: float = Field(
        20.0, ge=1.0, le=300.0, description="Seconds for the whole answer; after that the quotations are shown instead."
    )
    max_tokens: int = Field(800, ge=50, le=8000, description="Most tokens the model may write.")
    temperature: float = Field(0.0, ge=0.0, le=2.0, description="Randomness of the model's choice of words.")
    request_fields: dict[str, Any] = Field(
        {},
        description="Further fields of the request for a server of the OpenAI wire format, by name, for example `{enable_thinking: false}`.",
    )
    evidence_chars: int = Field(
        4000, ge=500, le=100_000, description="Most characters of the documents that are sent with one question."
    )
    price_prompt: float | None = Field(
        None,
        ge=0.0,
        le=1_000_000.0,
        description="Price of a million tokens that are sent; empty: costs are not counted.",
    )
    price_completion: float | None = Field(
        None, ge=0.0, le=1_000_000.0, description="Price of a million tokens that the model writes."
    )
    currency: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=12)] = Field(
        "CNY", description="Currency of the prices, as it is printed."
    )
    daily_tokens: int | None = Field(
        None,
        ge=1,
        le=1_000_000_000_000,
        description="Most tokens of a day, sent and written together; above that the quotations are shown. Empty: no cap.",
    )
    daily_cost: float | None = Field(
        None, gt=0.0, le=1_000_000_000.0, description="Most cost of a day, in `llm.currency`. Empty: no cap."
    )

    @field_validator("request_fields")
    @classmethod
    def _fields_change_nothing_else(cls, fields: dict[str, Any]) -> dict[str, Any]:
        taken = fields.keys() & {"model", "messages", "stream", "stream_options", "max_tokens", "n", "tools"}
        if taken:
            raise ValueError(f"request_fields cannot set {', '.join(sorted(taken))}")
        return fields

    @model_validator(mode="after")
    def _cost_has_prices(self) -> Self:
        if self.daily_cost is not None and self.price_prompt is None and self.price_completion is None:
            raise ValueError("daily_cost needs price_prompt or price_completion")
        return self


class CatalogueSettings(_Section):
    """The relational store of what is not derived from documents: ingest runs, corrections."""

    url: Name | None = Field(
        None,
        description="SQLAlchemy address of a database, for example `postgresql+psycopg://…`; empty: `catalogue.sqlite` in the data folder.",
    )


class RegionSettings(_Section):
    """Places."""

    extra: tuple[Name, ...] = Field(
        (),
        description="Names of places that the national list does not have. Places that documents declare are known without this.",
    )


class ServerSettings(_Section):
    """The web application."""

    host: Name = Field("127.0.0.1", description="Address to listen on.")
    port: int = Field(7860, ge=1, le=65535, description="Port to listen on.")
    concurrency: int = Field(16, ge=1, le=500, description="Questions answered at the same time; more wait in a queue.")
    queue_size: int = Field(
        200, ge=1, le=10000, description="Questions that may wait; beyond that people are asked to come back."
    )
    answer_timeout_s: float = Field(
        30.0, ge=1.0, le=600.0, description="Seconds after which a question is given up with an apology."
    )
    reload_check_s: float = Field(
        1.0, ge=0.1, le=60.0, description="Seconds between two looks for a newly published generation."
    )
    path_prefix: PathPrefix = Field(
        "",
        description="Path below which a reverse proxy serves the site, for example `/policy`; empty: at the root.",
    )
    frame_origins: tuple[Origin, ...] = Field(
        (),
        description="Sites that may show the widget in a frame, for example `https://wjw.example.gov.cn`; empty: none.",
    )
    trusted_proxies: tuple[Name, ...] = Field(
        ("127.0.0.1", "::1"),
        max_length=50,
        description="Addresses or networks of reverse proxies whose `X-Forwarded-For`, `-Proto` and `-Host` are believed, for example `10.1.0.0/16`; empty: nobody's.",
    )

    @field_validator("trusted_proxies")
    @classmethod
    def _proxies_are_addresses(cls, proxies: tuple[str, ...]) -> tuple[str, ...]:
        for proxy in proxies:
            try:
                ip_network(proxy, strict=False)
            except ValueError as error:
                raise ValueError(f"{proxy!r} is neither an IP address nor a network such as 10.1.0.0/16") from error
        return proxies


class PublishingSettings(_Section):
    """What the questions of the regression sets must show before a new state of the documents is published."""

    min_passing_share: float = Field(
        0.9,
        ge=0.0,
        le=1.0,
        description="Share of the questions of all regression sets that must be answered as expected; below it the new "
        "state is held back.",
    )
    max_newly_failing: int = Field(
        0,
        ge=0,
        le=10_000,
        description="How many questions may fail that the published state answers as expected; beyond it the new state "
        "is held back.",
    )
    check_deadline_s: float = Field(
        900.0,
        ge=5.0,
        le=86_400.0,
        description="Seconds after which the check is given up; the new state is then held back.",
    )


class RetentionSettings(_Section):
    """How long the server keeps what people chose to send. Conversations themselves are never kept on the server."""

    feedback_days: int = Field(
        365, ge=1, le=3650, description="Days that feedback is kept, with the answer it is about."
    )
    shared_days: int = Field(180, ge=1, le=3650, description="Days that the link to a shared answer works.")


class OidcSettings(_Section):
    """Single sign-on with an account of the organisation (OpenID Connect), for those who work with the site."""

    issuer: Issuer | None = Field(
        None,
        description="Address of the identity provider exactly as it calls itself, for example `https://login.example.gov.cn/realms/health`; empty: no single sign-on.",
    )
    client_id: Name = Field("policychat", description="Name under which the provider knows this site.")
    client_secret_env: Name = Field(
        "POLICYCHAT_OIDC_SECRET",
        description="Name of the environment variable that holds the secret the provider gave out; the secret itself is never in a file. Without one the site is a public client, kept safe by PKCE alone.",
    )
    scopes: tuple[Name, ...] = Field(
        ("openid", "profile"), max_length=20, description="What is asked of the provider; `openid` is always asked for."
    )
    role_claim: Name = Field(
        "roles",
        description="Claim that holds a person's groups or roles at the provider; dots lead inside, for example `realm_access.roles`.",
    )
    roles: dict[Name, RoleName] = Field(
        {},
        max_length=200,
        description="What each of them may do here, for example `{policy-admins: admin}`; the highest counts and is set at every sign-in. Empty: roles are given here alone.",
    )
    newcomers: Literal["refuse", "mapped", "staff", "supervisor"] = Field(
        "refuse",
        description="What becomes of somebody who has no account here: `refuse`; `mapped` makes one for those whom `oidc.roles` gives a role; `staff` and `supervisor` make one for everybody whom the provider knows, with at least that role.",
    )
    timeout_s: float = Field(10.0, ge=0.5, le=60.0, description="Seconds the provider may take for each answer.")
    clock_skew_s: int = Field(60, ge=0, le=600, description="Seconds that the provider's clock may differ from ours.")

    @field_validator("issuer")
    @classmethod
    def _issuer_is_encrypted(cls, issuer: str | None) -> str | None:
        if issuer is not None and not issuer.startswith("https://") and not _OWN_MACHINE.match(issuer):
            raise ValueError("an issuer that is not on this machine must begin with https://")
        return issuer


class UseSettings(_Section):
    """What is kept of the questions, for statistics. Never an address, a visit or a person."""

    keep_days: int = Field(
        180,
        ge=0,
        le=3650,
        description="Days that questions are kept, without personal data, for the page on use; 0: none is written.",
    )


class ScheduleSettings(_Section):
    """Reading folders and web addresses again by itself."""

    in_server: bool = Field(
        True,
        description="Whether the server runs what is due; if not, `policychat schedules run-due` does it, called by cron.",
    )
    check_s: float = Field(
        30.0, ge=1.0, le=3600.0, description="Seconds between two looks of the server at what is due."
    )
    folders: tuple[Path, ...] = Field(
        (),
        max_length=100,
        description="Folders, beside `paths.corpus`, of which the console may schedule folders; the command line may schedule any.",
    )


class HelpSettings(_Section):
    """Telephone numbers to turn to."""

    emergency: Name = Field("120", description="Medical emergency.")
    government: Name = Field("12345", description="Government service hotline.")
    health: Name = Field("12320", description="Health hotline.")
    crisis: Name = Field("12356", description="Psychological support hotline.")


OfficeLine = Annotated[
    str, StringConstraints(strip_whitespace=True, pattern=r"^[^|｜\n]{2,100}([|｜][^|｜\n]*){0,2}$", max_length=500)
]


class CallSettings(_Section):
    """The log of calls, and the questions that wait for somebody of the hotline."""

    keep_days: int = Field(
        365, ge=1, le=3650, description="Days that calls are kept, and closed cases after their last step."
    )
    lease_minutes: int = Field(
        30, ge=5, le=480, description="Minutes after which a waiting question that somebody took is free again."
    )


class OfficesSettings(_Section):
    """Whom the hotline hands questions over to."""

    directory: tuple[OfficeLine, ...] = Field(
        (),
        max_length=500,
        description="The offices, each as `name | places | words`: the places it answers for, with all below them (none: "
        "all), and words of the questions it answers, both with commas between; other offices can be typed in.",
    )
    answer_days: int = Field(
        5, ge=1, le=90, description="Days in which an office is to answer, unless the case says otherwise."
    )


Text = Annotated[str, StringConstraints(strip_whitespace=True, max_length=500)]


class ServiceSettings(_Section):
    """Whether residents and programs are answered. The pages of staff and admins stay open in any case."""

    open: bool = Field(True, description="Whether questions are answered; if not, people are told whom to call.")
    closed_zh_hans: Text = Field(
        "", description="What is told in simplified Chinese while it is closed; empty: the usual words."
    )
    closed_zh_hant: Text = Field("", description="The same in traditional Chinese.")
    closed_en: Text = Field("", description="The same in English.")


class BannerSettings(_Section):
    """A notice at the top of the pages for residents."""

    zh_hans: Text = Field("", description="Its words in simplified Chinese; empty in all languages: no notice.")
    zh_hant: Text = Field("", description="The same in traditional Chinese; empty: those in simplified Chinese.")
    en: Text = Field("", description="The same in English; empty: those in simplified Chinese.")
    level: Literal["info", "warning", "urgent"] = Field("info", description="How much it stands out.")
    shown_until: date | None = Field(
        None, description="Last day on which it is shown, by the clock of the machine; empty: until it is taken away."
    )


class ExampleSettings(_Section):
    """Questions that the first screen offers."""

    questions: tuple[Annotated[str, StringConstraints(strip_whitespace=True, min_length=2, max_length=100)], ...] = (
        Field((), max_length=12, description="Own example questions; empty: those made of the documents.")
    )


class Settings(_Section):
    """All settings."""

    paths: PathSettings = Field(PathSettings(), description="Where things are kept.")
    ingest: IngestSettings = Field(IngestSettings(), description="Reading files.")
    chunking: ChunkingSettings = Field(ChunkingSettings(), description="Cutting sections into chunks.")
    embedding: EmbeddingSettings = Field(EmbeddingSettings(), description="The embedding model.")
    vectors: VectorStoreSettings = Field(VectorStoreSettings(), description="Where the vectors are searched.")
    retrieval: RetrievalSettings = Field(RetrievalSettings(), description="Ranking.")
    reranker: RerankerSettings = Field(RerankerSettings(), description="The cross-encoder that may be used.")
    answering: AnsweringSettings = Field(AnsweringSettings(), description="Choosing what is shown.")
    llm: LanguageModelSettings = Field(LanguageModelSettings(), description="The language model.")
    catalogue: CatalogueSettings = Field(CatalogueSettings(), description="The relational store.")
    regions: RegionSettings = Field(RegionSettings(), description="Places.")
    server: ServerSettings = Field(ServerSettings(), description="The web application.")
    oidc: OidcSettings = Field(OidcSettings(), description="Single sign-on.")
    help: HelpSettings = Field(HelpSettings(), description="Telephone numbers.")
    schedules: ScheduleSettings = Field(ScheduleSettings(), description="Reading again by itself.")
    retention: RetentionSettings = Field(RetentionSettings(), description="How long things are kept.")
    use: UseSettings = Field(UseSettings(), description="What is kept of the questions.")
    calls: CallSettings = Field(CallSettings(), description="The log of calls and the waiting questions.")
    offices: OfficesSettings = Field(OfficesSettings(), description="Whom questions are handed over to.")
    service: ServiceSettings = Field(ServiceSettings(), description="Whether questions are answered.")
    banner: BannerSettings = Field(BannerSettings(), description="A notice at the top of the pages for residents.")
    examples: ExampleSettings = Field(ExampleSettings(), description="Questions that the first screen offers.")
    publishing: PublishingSettings = Field(
        PublishingSettings(), description="What is checked before a new state is published."
    )


def load_settings(path: Path | None, data: Path | None = None) -> Settings:
    """Read the settings from a YAML file; without a file the defaults hold.

    Relative paths in the file are taken from the file's folder. ``data`` overrides ``paths.data``.

    Raises:
        ConfigError: the file is missing, not YAML, or holds a wrong key or value; every problem is named.
    """
    raw = _read_yaml(path) if path is not None else {}
    try:
        settings = Settings.model_validate(raw)
    except ValidationError as error:
        raise ConfigError(f"{path}: " + "; ".join(_explain(problem) for problem in error.errors())) from error
    base = path.parent.resolve() if path is not None else Path.cwd()
    paths = PathSettings(
        data=(data.resolve() if data is not None else base / settings.paths.data), corpus=base / settings.paths.corpus
    )
    return settings.model_copy(update={"paths": paths})


def _read_yaml(path: Path) -> dict[str, Any]:
    import yaml

    try:
        loaded = yaml.safe_load(path.read_text(encoding="utf-8"))
    except FileNotFoundError as error:
        raise ConfigError(f"configuration file not found: {path}") from error
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        raise ConfigError(f"{path}: cannot be read as YAML: {error}") from error
    if loaded is None:
        return {}
    if not isinstance(loaded, dict):
        raise ConfigError(f"{path}: expected sections such as 'server:', found {type(loaded).__name__}")
    return loaded


def _explain(problem: ErrorDetails) -> str:
    key = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        return f"unknown setting {key!r} (value {problem['input']!r}); allowed here: {', '.join(_allowed(problem['loc'][:-1]))}"
    return f"setting {key!r} has the value {problem['input']!r}: {problem['msg']}"


def _allowed(location: tuple[Any, ...]) -> list[str]:
    model: type[BaseModel] = Settings
    for part in location:
        field = model.model_fields.get(str(part))
        annotation = field.annotation if field else None
        if not (isinstance(annotation, type) and issubclass(annotation, BaseModel)):
            return []
        model = annotation
    return sorted(model.model_fields)
