"""From settled documents to a published generation and its report, or to what would change, without publishing."""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from types import MappingProxyType

from ingest.assembly import assemble_generation
from ingest.dry_run import entries_difference
from ingest.embedding_cache import EmbeddingCache
from ingest.generation import Entry, publish, remove_old_generations
from ingest.history import removed_after
from ingest.isolation import ParsingPool
from ingest.previous import Previous, differences, unchanged
from ingest.publish_gate import Gate, RegressionGate
from ingest.report import ChunkCounts, FileReport, FileStatus, IngestReport, report_of
from ingest.run import Run, in_mb, own_peak_rss
from ingest.settling import Changes, settle
from rag.approved_upkeep import check_published
from rag.catalogue import Catalogue


def finish(run: Run, pool: ParsingPool, catalogue: Catalogue, previous: Previous, changes: Changes) -> IngestReport:
    """Build, verify, check and publish what is kept together with what was read; or nothing if that is the same.

    What does not pass the check is kept as held, and what was published stays so.

    Raises:
        SourceError: no document would be left.
    """
    settled = settle(run, pool, catalogue, previous, changes)
    if settled.same:
        return _report(run, pool, previous.generation, changes.reports, unchanged(previous.entries))
    entries = settled.entries
    gate: Gate = RegressionGate(run.settings, catalogue, settled.embedding, run.progress)
    manifest, embedded = assemble_generation(
        run.layout,
        [entries[source] for source in sorted(entries)],
        settled.embedding,
        run.settings,
        parent=previous.generation,
        places=settled.places,
        corrections=settled.corrections,
        removed=removed_after(previous, entries),
        held=gate.wanted,
        progress=run.progress,
    )
    checked = gate.check(manifest.generation, previous.generation)
    if checked.passed:
        publish(run.layout, manifest.generation)
        check_published(catalogue, run.layout)
        run.files.published()
    remove_old_generations(run.layout, run.settings.ingest.keep_generations, run.settings.vectors)
    reports = [*changes.reports, *_reports(previous, changes, entries)]
    report = _report(run, pool, manifest.generation, reports, differences(previous.entries, entries, embedded))
    return replace(report, published=checked.passed, gate=checked)


def rehearse(run: Run, pool: ParsingPool, catalogue: Catalogue, previous: Previous, changes: Changes) -> IngestReport:
    """Return the report of what :func:`finish` would do, with the difference; nothing is built or published.

    Raises:
        SourceError: no document would be left.
    """
    settled = settle(run, pool, catalogue, previous, changes)
    entries = settled.entries
    reports = [*changes.reports, *_reports(previous, changes, entries)]
    with EmbeddingCache(run.layout.embedding_cache) as cache:
        digests = {digest for entry in entries.values() for digest in entry.digests}
        missing = cache.missing(settled.embedding.fingerprint, sorted(digests))
    chunks = differences(previous.entries, entries, missing)
    before = previous.manifest.model if previous.manifest is not None else None
    found = entries_difference(
        previous.entries, entries, before, settled.embedding.fingerprint, rebuilt=not settled.same
    )
    report = _report(run, pool, previous.generation, reports, chunks)
    return replace(report, published=False, difference=found)


def _reports(previous: Previous, changes: Changes, entries: Mapping[str, Entry]) -> Iterable[FileReport]:
    for source in changes.read:
        old = previous.entries.get(source)
        report = report_of(entries[source], FileStatus.ADDED if old is None else FileStatus.CHANGED)
        new = entries[source].document
        if old is not None and old.document.root != new.root and old.document.sha256 != new.sha256:
            # Another folder's file of the same name took over: most likely a mistake, so it is said.
            report = replace(report, doubts=(*report.doubts, "replaced_file_of_other_folder"))
        yield report
    for source in sorted(changes.dropped):
        if source in previous.entries:
            yield FileReport(source, FileStatus.REMOVED, previous.entries[source].document.document_id)


def _report(
    run: Run, pool: ParsingPool, generation: str | None, reports: Sequence[FileReport], chunks: ChunkCounts
) -> IngestReport:
    return IngestReport(
        generation,
        generation is not None,
        tuple(sorted(reports, key=lambda report: report.source)),
        chunks,
        time.monotonic() - run.began,
        in_mb(own_peak_rss()),
        in_mb(pool.peak_rss),
        MappingProxyType(dict(run.clock.seconds)),
    )
