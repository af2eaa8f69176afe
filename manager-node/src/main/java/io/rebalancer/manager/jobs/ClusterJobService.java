package io.rebalancer.manager.jobs;

import io.rebalancer.cluster.Entities;
import io.rebalancer.cluster.async.RepeatedAsk;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.JobMessage.JobReply;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.RegistryMessage.RegistryReply;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.RetrySelection;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.port.JobService;
import io.rebalancer.core.port.MetadataTier;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.core.settings.SettingsReport;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import org.apache.pekko.actor.typed.ActorRef;
import org.apache.pekko.actor.typed.ActorSystem;
import org.apache.pekko.actor.typed.javadsl.AskPattern;
import org.apache.pekko.cluster.sharding.typed.javadsl.ClusterSharding;

/** Asks the registry and the jobs, on whichever member they run. */
public final class ClusterJobService implements JobService {
    private static final Duration ASK_TIMEOUT = Duration.ofSeconds(15);
    /** Messages to a crashed member are lost until the cluster notices the crash, so unanswered questions are repeated. */
    private static final Duration RETRY_INTERVAL = Duration.ofSeconds(1);

    private final ActorSystem<?> system;
    private final MetadataTier tier;
    private final ActorRef<RegistryMessage> registry;

    public ClusterJobService(ActorSystem<?> system, MetadataTier tier, ActorRef<RegistryMessage> registry) {
        this.system = system;
        this.tier = tier;
        this.registry = registry;
    }

    @Override
    public CompletionStage<UUID> create(String leavingNode, long maxRecords) {
        return create(UUID.randomUUID(), leavingNode, maxRecords);
    }

    @Override
    public CompletionStage<UUID> create(UUID jobId, String leavingNode, long maxRecords) {
        return tier.findStorageNode(leavingNode)
                .thenCompose(found -> found.map(leaving -> register(jobId, leaving, maxRecords))
                        .orElseGet(() -> CompletableFuture.failedFuture(new JobRefused(
                                JobRefused.Code.UNKNOWN_STORAGE_NODE,
                                "unknown storage node " + leavingNode
                                        + ": no record in bucket manta_storage of Moray shard 1; use a storage id from the"
                                        + " list of storage nodes"))));
    }

    private CompletionStage<UUID> register(UUID jobId, CopyLocation leaving, long maxRecords) {
        return register(
                jobId,
                leaving,
                replyTo -> new RegistryMessage.RegisterJob(jobId, leaving, maxRecords, replyTo),
                replyTo -> new JobMessage.CreateJob(leaving, maxRecords, replyTo));
    }

    private CompletionStage<UUID> register(
            UUID jobId,
            CopyLocation leaving,
            org.apache.pekko.japi.function.Function<ActorRef<RegistryReply>, RegistryMessage> order,
            org.apache.pekko.japi.function.Function<ActorRef<JobReply>, JobMessage> create) {
        return AskPattern.<RegistryMessage, RegistryReply>ask(registry, order, ASK_TIMEOUT, system.scheduler())
                .thenCompose(reply -> {
                    if (reply instanceof RegistryMessage.NodeAlreadyLeaving other) {
                        return CompletableFuture.failedFuture(new JobRefused(
                                JobRefused.Code.NODE_ALREADY_LEAVING,
                                "job " + other.jobId() + " already empties " + leaving.storageNode()
                                        + "; follow that job, or wait until it ends"));
                    }
                    if (reply instanceof RegistryMessage.NodeRefused refused) {
                        return CompletableFuture.failedFuture(
                                new JobRefused(JobRefused.Code.ILLEGAL_NODE_STATE, refused.detail()));
                    }
                    return start(jobId, create);
                });
    }

    /** The registry starts the job too. Starting it here lets the caller read the job as soon as it has the id. */
    private CompletionStage<UUID> start(
            UUID jobId, org.apache.pekko.japi.function.Function<ActorRef<JobReply>, JobMessage> create) {
        return askJob(jobId, create).thenApply(reply -> {
            if (reply instanceof JobMessage.JobRefusal refusal) {
                throw refused(jobId, refusal);
            }
            return jobId;
        });
    }

    @Override
    public CompletionStage<UUID> retry(UUID jobId) {
        return get(jobId)
                .thenCompose(found -> found.flatMap(view -> view.state().leaving())
                        .map(leaving -> register(UUID.randomUUID(), leaving, 0))
                        .orElseGet(() -> CompletableFuture.failedFuture(notFound(jobId))));
    }

    @Override
    public CompletionStage<Retry> retry(UUID jobId, Set<Reason> reasons) {
        return get(jobId)
                .thenCompose(found -> found.map(view -> retry(view, reasons))
                        .orElseGet(() -> CompletableFuture.failedFuture(notFound(jobId))));
    }

    private CompletionStage<Retry> retry(View job, Set<Reason> reasons) {
        if (job.state().phase() == JobPhase.DONE) {
            return CompletableFuture.failedFuture(new JobRefused(
                    JobRefused.Code.JOB_NOT_RUNNING, "job " + job.id() + " is DONE, so it has no exceptions to retry"));
        }
        return job.state().phase().terminal()
                ? register(job.state().leaving().orElseThrow(), new RetrySelection(job.id(), job.revision(), reasons))
                        .thenApply(NewJob::new)
                : act(job.id(), replyTo -> new JobMessage.RetryExceptions(reasons, replyTo))
                        .thenApply(NextPass::new);
    }

    private CompletionStage<UUID> register(CopyLocation leaving, RetrySelection selection) {
        UUID id = UUID.randomUUID();
        return register(
                id,
                leaving,
                replyTo -> new RegistryMessage.RegisterRetry(id, leaving, selection, replyTo),
                replyTo -> new JobMessage.CreateRetry(leaving, selection, replyTo));
    }

    private static JobRefused notFound(UUID jobId) {
        return new JobRefused(JobRefused.Code.JOB_NOT_FOUND, "no job " + jobId + "; GET /api/v1/jobs lists all jobs");
    }

    @Override
    public CompletionStage<View> changeSettings(UUID jobId, SettingsChange change, String by) {
        return act(jobId, replyTo -> new JobMessage.ChangeSettings(change, by, replyTo));
    }

    @Override
    public CompletionStage<SettingsReport> settings(UUID jobId) {
        return RepeatedAsk.every(RETRY_INTERVAL, system, () -> askJob(jobId, JobMessage.GetSettings::new))
                .thenApply(reply -> {
                    if (reply instanceof JobMessage.JobSettings found) {
                        return found.report();
                    }
                    throw refused(jobId, (JobMessage.JobRefusal) reply);
                });
    }

    @Override
    public CompletionStage<View> cancel(UUID jobId) {
        return act(jobId, JobMessage.CancelJob::new);
    }

    @Override
    public CompletionStage<View> pause(UUID jobId) {
        return act(jobId, JobMessage.PauseJob::new);
    }

    @Override
    public CompletionStage<View> resume(UUID jobId) {
        return act(jobId, JobMessage.ResumeJob::new);
    }

    private CompletionStage<View> act(
            UUID jobId, org.apache.pekko.japi.function.Function<ActorRef<JobReply>, JobMessage> action) {
        return askJob(jobId, action).thenApply(reply -> {
            if (reply instanceof JobMessage.JobStands found) {
                return view(jobId, found);
            }
            throw refused(jobId, (JobMessage.JobRefusal) reply);
        });
    }

    private static View view(UUID jobId, JobMessage.JobStands found) {
        return new View(jobId, found.revision(), found.state(), found.waiting(), found.verifying());
    }

    private static JobRefused refused(UUID jobId, JobMessage.JobRefusal refusal) {
        return switch (refusal.code()) {
            case JOB_NOT_FOUND -> notFound(jobId);
            case JOB_NOT_RUNNING ->
                new JobRefused(
                        JobRefused.Code.JOB_NOT_RUNNING, "job " + jobId + " is not running: " + refusal.detail());
            case JOB_ALREADY_EXISTS, ASSIGNMENT_IN_FLIGHT, RELEASES_PENDING, BAD_REQUEST ->
                new JobRefused(JobRefused.Code.BAD_REQUEST, refusal.detail());
        };
    }

    @Override
    public CompletionStage<List<Summary>> list() {
        return RepeatedAsk.every(
                        RETRY_INTERVAL,
                        system,
                        () -> AskPattern.<RegistryMessage, RegistryReply>ask(
                                registry, RegistryMessage.ListJobs::new, ASK_TIMEOUT, system.scheduler()))
                .thenApply(reply -> ((RegistryMessage.Jobs) reply)
                        .jobs().stream()
                                .map(job -> new Summary(
                                        job.id(),
                                        job.leaving().storageNode().text(),
                                        job.createdAt(),
                                        job.ended(),
                                        job.failed()))
                                .toList());
    }

    @Override
    public CompletionStage<Optional<View>> get(UUID jobId) {
        return RepeatedAsk.every(RETRY_INTERVAL, system, () -> askJob(jobId, JobMessage.GetJob::new))
                .thenApply(reply -> reply instanceof JobMessage.JobStands found
                        ? Optional.of(view(jobId, found))
                        : Optional.empty());
    }

    private CompletionStage<JobReply> askJob(
            UUID jobId, org.apache.pekko.japi.function.Function<ActorRef<JobReply>, JobMessage> message) {
        return ClusterSharding.get(system)
                .entityRefFor(Entities.EVACUATE_JOB, jobId.toString())
                .ask(message, ASK_TIMEOUT);
    }
}
