package io.rebalancer.manager.explain;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.explain.AttemptHistory;
import io.rebalancer.core.explain.BlockerRules;
import io.rebalancer.core.explain.ExplainedJob;
import io.rebalancer.core.explain.FoundRecord;
import io.rebalancer.core.explain.JobBlockers;
import io.rebalancer.core.explain.JobFigures;
import io.rebalancer.core.explain.MeasuredJob;
import io.rebalancer.core.explain.ObjectExplanation;
import io.rebalancer.core.explain.ObjectInFlight;
import io.rebalancer.core.explain.RecordRules;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.port.ExplainService;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.JobService.JobRefused;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.port.RecordAttempts;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletionStage;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import kamon.Kamon;
import kamon.metric.Gauge;
import org.apache.pekko.actor.typed.ActorSystem;

/**
 * Reads the records of the object from all metadata shards, then asks the job and the read side about them. The records are
 * read first, so an object whose commit runs meanwhile shows its earlier place, and its assignment.
 */
public final class ManagerExplainService implements ExplainService {
    /** Together with the time of the job's reply, shorter than the time limit of requests. */
    private static final Duration SHARD_DEADLINE = Duration.ofSeconds(8);

    private static final int MAX_LOOKUPS = 4;

    private final JobService jobs;
    private final JobProgress progress;
    private final RecordLookup lookup;
    private final RecordAttempts attempts;
    private final Supplier<EvacuateSettings> settings;
    private final LookupAdmission admission;

    ManagerExplainService(
            JobService jobs,
            JobProgress progress,
            RecordLookup lookup,
            RecordAttempts attempts,
            Supplier<EvacuateSettings> settings,
            LookupAdmission admission) {
        this.jobs = jobs;
        this.progress = progress;
        this.lookup = lookup;
        this.attempts = attempts;
        this.settings = settings;
        this.admission = admission;
    }

    /** @param settings the current settings, which may be reloaded */
    public static ExplainService create(
            ActorSystem<?> system,
            JobService jobs,
            MetadataTier tier,
            RecordAttempts attempts,
            Supplier<EvacuateSettings> settings) {
        LookupAdmission admission = new LookupAdmission(MAX_LOOKUPS);
        Kamon.gauge("rebalancer.explain.lookups")
                .withoutTags()
                .autoUpdate((Gauge gauge) -> gauge.update(admission.running()));
        return new ManagerExplainService(
                jobs,
                new ClusterJobProgress(system),
                new RecordLookup(tier, SHARD_DEADLINE),
                attempts,
                settings,
                admission);
    }

    @Override
    public CompletionStage<ObjectExplanation> whyObject(UUID jobId, UUID objectId) {
        return admission.admit(() -> explain(jobId, objectId.toString(), () -> lookup.ofObject(objectId), List.of()));
    }

    @Override
    public CompletionStage<ObjectExplanation> whyKey(UUID jobId, String key) {
        List<RecordRef> places = lookup.shards().stream()
                .limit(RecordAttempts.MAX_RECORDS)
                .map(shard -> new RecordRef(shard, key))
                .toList();
        return admission.admit(() -> explain(jobId, key, () -> lookup.withKey(key), places));
    }

    @Override
    public CompletionStage<JobBlockers> blockers(UUID jobId) {
        return job(jobId)
                .thenCompose(job -> progress.ask(jobId, List.of())
                        .thenApply(reported -> BlockerRules.of(new MeasuredJob(
                                job.state(),
                                job.waiting(),
                                job.verifying(),
                                reported.rates(),
                                reported.mostInFlight(),
                                settings.get().maxAssignmentsInFlight(),
                                settings.get().commit().parallelism()))));
    }

    @Override
    public CompletionStage<JobFigures> progress(UUID jobId) {
        return job(jobId)
                .thenCompose(job -> progress.ask(jobId, List.of())
                        .thenApply(reported -> new JobFigures(job.state(), reported.pass())));
    }

    private CompletionStage<JobService.View> job(UUID jobId) {
        return jobs.get(jobId)
                .thenApply(found -> found.orElseThrow(() -> new JobRefused(
                        JobRefused.Code.JOB_NOT_FOUND, "no job " + jobId + "; GET /api/v1/jobs lists all jobs")));
    }

    /** @param places where attempts of the job may have been, also if there is no record any more */
    private CompletionStage<ObjectExplanation> explain(
            UUID jobId, String subject, Supplier<CompletionStage<RecordLookup.Result>> find, List<RecordRef> places) {
        return job(jobId).thenCompose(job -> find.get().thenCompose(found -> explain(job, subject, found, places)));
    }

    private CompletionStage<ObjectExplanation> explain(
            JobService.View job, String subject, RecordLookup.Result found, List<RecordRef> places) {
        List<FoundRecord> records =
                found.records().stream().limit(RecordAttempts.MAX_RECORDS).toList();
        List<RecordRef> refs = records.isEmpty()
                ? places
                : records.stream().map(FoundRecord::ref).toList();
        List<UUID> objects = records.stream()
                .flatMap(each -> each.record().stream())
                .map(MetadataRecord::objectId)
                .distinct()
                .toList();
        return progress.ask(job.id(), objects).thenCombine(attempts.of(job.id(), refs), (reported, histories) -> {
            if (records.isEmpty()) {
                return ObjectExplanation.missing(job.id(), subject, byShard(histories), found.unknown());
            }
            Map<UUID, ObjectInFlight> inFlight = reported.inFlight().stream()
                    .collect(Collectors.toMap(ObjectInFlight::objectId, Function.identity(), (one, other) -> one));
            ExplainedJob explained = explained(job);
            return ObjectExplanation.found(
                    job.id(),
                    subject,
                    records.stream()
                            .map(each -> RecordRules.explain(
                                    explained,
                                    each,
                                    histories.getOrDefault(each.ref(), AttemptHistory.NONE),
                                    each.record()
                                            .flatMap(record -> Optional.ofNullable(inFlight.get(record.objectId())))))
                            .toList(),
                    found.unknown());
        });
    }

    private ExplainedJob explained(JobService.View job) {
        return new ExplainedJob(
                job.id(),
                job.state(),
                job.state().leaving().map(CopyLocation::storageNode).orElseThrow(),
                job.waiting(),
                settings.get().excludeKeysContaining());
    }

    private static Map<Integer, AttemptHistory> byShard(Map<RecordRef, AttemptHistory> histories) {
        Map<Integer, AttemptHistory> byShard = new HashMap<>();
        histories.forEach((ref, history) -> byShard.put(ref.shard(), history));
        return byShard;
    }
}
