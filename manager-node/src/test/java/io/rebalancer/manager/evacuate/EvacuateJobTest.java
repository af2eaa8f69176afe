package io.rebalancer.manager.evacuate;

import static io.rebalancer.manager.evacuate.RecordsInMemory.location;
import static io.rebalancer.manager.evacuate.RecordsInMemory.object;
import static io.rebalancer.manager.evacuate.RecordsInMemory.ref;
import static org.assertj.core.api.Assertions.assertThat;
import static org.awaitility.Awaitility.await;

import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.RegistryMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.evacuate.Decision;
import io.rebalancer.core.evacuate.JobCommand;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.PendingRelease;
import io.rebalancer.core.evacuate.RowWatermark;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.evacuate.VerificationProgress;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.manager.evacuate.planning.PlanningEvent;
import io.rebalancer.manager.evacuate.planning.PlanningWait;
import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionStage;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicInteger;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.actor.typed.ActorRef;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A job that moves one object from node 1 to node 3, with an agent that the test plays. */
class EvacuateJobTest {
    private static final ActorTestKit KIT = ActorTestKit.create("job", JobFixture.config());
    private static final StorageNodeId DESTINATION = location(3).storageNode();

    private final TestProbe<Assignment> orders = KIT.createTestProbe();
    private final AtomicBoolean acknowledging = new AtomicBoolean(true);
    private final AtomicBoolean canDiscard = new AtomicBoolean(true);
    private final RecordsInMemory records = new RecordsInMemory();
    private final ManualAgent agent = new ManualAgent();
    private final JobFixture fixture = new JobFixture(KIT, records, agent);

    /** Hands every new assignment to the test. */
    private final class ManualAgent extends PlayedAgent {
        @Override
        void reply(Assignment assignment, ActorRef<JobMessage> job) {
            long times = assigned.stream().filter(assignment::equals).count();
            if (times == 1) {
                orders.getRef().tell(assignment);
            }
        }

        @Override
        void acknowledge(PendingRelease release, ActorRef<JobMessage> job) {
            if (acknowledging.get()) {
                super.acknowledge(release, job);
            }
        }

        @Override
        public boolean canDiscard(StorageNodeId node, UUID assignmentId) {
            return canDiscard.get();
        }
    }

    @BeforeEach
    void start() {
        records.put(1, 1, 1, 2);
        fixture.create();
    }

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private long promisedMib() {
        TestProbe<SpaceMessage.SpaceReply> reply = KIT.createTestProbe();
        UUID id = UUID.randomUUID();
        fixture.spaceBroker.tell(new SpaceMessage.Lease(id, DESTINATION, 0, Long.MAX_VALUE, reply.getRef()));
        fixture.spaceBroker.tell(new SpaceMessage.Return(id));
        return reply.receiveMessage(JobFixture.TIMEOUT).promisedMib();
    }

    private Assignment receive() {
        return orders.receiveMessage(JobFixture.TIMEOUT);
    }

    private void report(Assignment assignment) {
        fixture.job.tell(new JobMessage.CopiesReported(assignment.id(), DESTINATION, List.of()));
    }

    @Test
    void everyPartForgetsAnAssignmentThatIsReleased() {
        Assignment rejected = receive();
        assertThat(promisedMib()).isPositive();
        fixture.job.tell(new JobMessage.AssignmentRefused(rejected.id(), Reason.ASSIGNMENT_REJECTED, "no"));
        Assignment copied = receive();
        report(copied);
        await().atMost(JobFixture.TIMEOUT)
                .untilAsserted(() -> assertThat(List.copyOf(agent.forgotten)).contains(rejected.id(), copied.id()));
        assertThat(fixture.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isTrue();
        assertThat(fixture.state().releasesPending()).isZero();
        assertThat(promisedMib()).isZero();
    }

    @Test
    void aLostAssignmentIsReleasedWithItsCopiesUnwanted() {
        Assignment rejected = receive();
        fixture.job.tell(new JobMessage.AssignmentRefused(rejected.id(), Reason.ASSIGNMENT_REJECTED, "no"));
        await().atMost(JobFixture.TIMEOUT)
                .untilAsserted(() -> assertThat(List.copyOf(agent.released))
                        .contains(new PendingRelease(rejected.id(), DESTINATION, List.of(object(1)))));
    }

    @Test
    void aReleaseIsRepeatedUntilTheAgentAcknowledgesItAlsoAfterTheJobHasEnded() {
        acknowledging.set(false);
        Assignment copied = receive();
        report(copied);
        fixture.ended.receiveMessage(JobFixture.TIMEOUT);
        int sent = agent.released.size();
        await().atMost(JobFixture.TIMEOUT).until(() -> agent.released.size() > sent + 1);
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.DONE);
        assertThat(fixture.state().releasesPending()).isEqualTo(1);
        acknowledging.set(true);
        await().atMost(JobFixture.TIMEOUT).until(() -> fixture.state().releasesPending() == 0);
    }

    @Test
    void unwantedCopiesOfAnAgentThatCannotDiscardAreRecordedAsOrphans() {
        canDiscard.set(false);
        Assignment rejected = receive();
        fixture.job.tell(new JobMessage.AssignmentRefused(rejected.id(), Reason.ASSIGNMENT_REJECTED, "no"));
        await().atMost(JobFixture.TIMEOUT)
                .until(() -> fixture.state().outcomes().orphans() == 1);
        await().atMost(JobFixture.TIMEOUT).until(() -> fixture.state().releasesPending() == 0);
        assertThat(List.copyOf(agent.released)).contains(new PendingRelease(rejected.id(), DESTINATION, List.of()));
    }

    @Test
    void messagesOfAnEarlierGenerationOfChildrenAreDropped() {
        receive();
        ScanPosition forged = ScanPosition.at(ScanColumn.IDX, 999);
        fixture.job.tell(new JobInternalMessage.PlanningReported(0, new PlanningEvent.ScanMoved(Map.of(1, forged))));
        fixture.job.tell(new JobInternalMessage.PlanningReported(0, PlanningEvent.PassDrained.INSTANCE));
        fixture.job.tell(new JobInternalMessage.PlanningReported(
                0, new PlanningEvent.ScanFailed("this is what a child of an earlier generation says")));
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.RUNNING);
        assertThat(fixture.state().scan().marks()).doesNotContainValue(forged);
    }

    @Test
    void anAbandonedReleaseLeavesNothingBehindAndALateReportIsStillAnswered() {
        acknowledging.set(false);
        Assignment rejected = receive();
        fixture.job.tell(new JobMessage.AssignmentRefused(rejected.id(), Reason.ASSIGNMENT_REJECTED, "no"));
        await().atMost(JobFixture.TIMEOUT).until(() -> fixture.state().releasesPending() == 1);
        fixture.job.tell(new JobInternalMessage.Decide(new JobCommand.AbandonRelease(rejected.id(), "gone")));
        await().atMost(JobFixture.TIMEOUT)
                .untilAsserted(() -> assertThat(List.copyOf(agent.forgotten)).contains(rejected.id()));
        assertThat(fixture.state().outcomes().orphans()).isEqualTo(1);
        int sent = agent.released.size();
        report(rejected);
        await().atMost(JobFixture.TIMEOUT)
                .untilAsserted(() -> assertThat(agent.released.subList(sent, agent.released.size()))
                        .contains(new PendingRelease(rejected.id(), DESTINATION, List.of())));
    }

    private JobMessage.JobReply cancel() {
        TestProbe<JobMessage.JobReply> reply = KIT.createTestProbe();
        fixture.job.tell(new JobMessage.CancelJob(reply.getRef()));
        return reply.receiveMessage(JobFixture.TIMEOUT);
    }

    @Test
    void aCancelledJobEndsWhenTheAgentHasAcknowledgedThatItsCopiesAreDiscarded() {
        acknowledging.set(false);
        Assignment inFlight = receive();
        assertThat(cancel()).isInstanceOf(JobMessage.JobStands.class);
        await().atMost(JobFixture.TIMEOUT)
                .untilAsserted(() -> assertThat(List.copyOf(agent.released))
                        .contains(new PendingRelease(inFlight.id(), DESTINATION, List.of(object(1)))));
        // The agent is silent, also when the order is repeated.
        assertThat(cancel())
                .isInstanceOfSatisfying(
                        JobMessage.JobStands.class,
                        job -> assertThat(job.waiting())
                                .extracting(JobWait::detail)
                                .containsExactly("the agent of " + DESTINATION
                                        + " has not acknowledged that 1 assignment has ended"));
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.CANCELLING);
        acknowledging.set(true);
        RegistryMessage.JobEnded ended = fixture.ended.receiveMessage(JobFixture.TIMEOUT);
        assertThat(ended.failed() || ended.emptied()).isFalse();
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.CANCELLED);
        assertThat(fixture.state().counts().settled().total()).isZero();
        assertThat(cancel()).isInstanceOf(JobMessage.JobStands.class);
    }

    /** The record names the new copy, so the copy is neither discarded nor forgotten. */
    @Test
    void aCancelledJobCommitsWhatIsVerified() {
        Assignment copied = receive();
        report(copied);
        assertThat(cancel()).isInstanceOf(JobMessage.JobStands.class);
        fixture.ended.receiveMessage(JobFixture.TIMEOUT);
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.CANCELLED);
        assertThat(fixture.state().counts().settled().total()).isEqualTo(1);
        assertThat(List.copyOf(agent.released)).contains(new PendingRelease(copied.id(), DESTINATION, List.of()));
    }

    @Test
    void aJobThatHasEndedIsNotCancelled() {
        report(receive());
        fixture.ended.receiveMessage(JobFixture.TIMEOUT);
        assertThat(cancel())
                .isInstanceOfSatisfying(
                        JobMessage.JobRefusal.class,
                        refusal -> assertThat(refusal.code()).isEqualTo(Decision.Code.JOB_NOT_RUNNING));
    }

    @Test
    void aJobThatFailsReleasesItsAssignmentsFirst() {
        Assignment inFlight = receive();
        fixture.job.tell(
                new JobInternalMessage.PlanningReported(1, new PlanningEvent.ScanFailed("shard 7 rejects the scan")));
        assertThat(fixture.ended.receiveMessage(JobFixture.TIMEOUT).failed()).isTrue();
        assertThat(fixture.state().phase()).isEqualTo(JobPhase.FAILED);
        assertThat(fixture.state().reason()).isEqualTo("shard 7 rejects the scan");
        assertThat(fixture.state().counts().inFlight()).isZero();
        assertThat(List.copyOf(agent.released))
                .contains(new PendingRelease(inFlight.id(), DESTINATION, List.of(object(1))));
    }

    /** Its scan fails {@code failures} times, as by a bug. */
    private static JobFixture withFailingScan(int failures) {
        AtomicInteger left = new AtomicInteger(failures);
        RecordsInMemory failing = new RecordsInMemory() {
            @Override
            public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
                if (left.getAndDecrement() > 0) {
                    throw new IllegalStateException("a bug");
                }
                return super.open(shard, leaving, from);
            }
        };
        failing.put(1, 1, 1, 2);
        JobFixture job = new JobFixture(KIT, failing, new PlayedAgent());
        job.create();
        return job;
    }

    @Test
    void aChildThatFailsOnceIsStartedAgain() {
        JobFixture job = withFailingScan(1);
        assertThat(job.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isTrue();
        assertThat(job.state().settled().relocated()).isEqualTo(1);
    }

    @Test
    @Tag("slow")
    void aChildThatFailsForEverEndsTheJob() {
        JobFixture job = withFailingScan(Integer.MAX_VALUE);
        assertThat(job.ended.receiveMessage(JobFixture.TIMEOUT).failed()).isTrue();
        assertThat(job.state().reason()).contains("5 times in a row");
    }

    /** A retry of one record must not cost a scan of all shards; what else names the node is found by the verification. */
    @Test
    void aPassAfterOneThatLeftRecordsLooksOnlyTheseUp() {
        AtomicInteger scans = new AtomicInteger();
        RecordsInMemory counted = new RecordsInMemory() {
            @Override
            public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
                scans.incrementAndGet();
                return super.open(shard, leaving, from);
            }

            @Override
            public CompletionStage<Page> page(UUID jobId, int shard, int pass, String after, int limit) {
                List<RecordRef> left = shard == ref(1).shard() && after.isEmpty() ? List.of(ref(1)) : List.of();
                return CompletableFuture.completedFuture(new Page(left, "end", true));
            }
        };
        counted.put(1, 1, 1, 2);
        receive();
        JobFixture job = new JobFixture(KIT, counted, agent);
        job.create();
        Assignment rejected = orders.receiveMessage(JobFixture.TIMEOUT);
        counted.put(9, 9, 1, 2);
        int scansOfFirstPass = counted.shards().size();
        job.job.tell(new JobMessage.AssignmentRefused(rejected.id(), Reason.ASSIGNMENT_REJECTED, "no"));
        Assignment retried = orders.receiveMessage(JobFixture.TIMEOUT);
        assertThat(retried.tasks()).extracting(CopyTask::record).containsExactly(ref(1));
        assertThat(scans).hasValue(scansOfFirstPass);
        job.job.tell(new JobMessage.CopiesReported(retried.id(), DESTINATION, List.of()));
        Assignment found = orders.receiveMessage(JobFixture.TIMEOUT);
        assertThat(found.tasks()).extracting(CopyTask::record).containsExactly(ref(9));
        assertThat(scans).hasValue(2 * scansOfFirstPass);
        job.job.tell(new JobMessage.CopiesReported(found.id(), DESTINATION, List.of()));
        assertThat(job.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isTrue();
        assertThat(job.state().settled().relocated()).isEqualTo(2);
    }

    /** A read side that fails or lags once must not cost a scan of all shards. */
    @Test
    @Tag("slow")
    void aListOfUnmovedRecordsThatIsNotReadyAtOnceIsAskedForAgain() {
        AtomicInteger questions = new AtomicInteger();
        AtomicInteger scans = new AtomicInteger();
        RecordsInMemory slow = new RecordsInMemory() {
            @Override
            public CompletionStage<Boolean> includes(UUID jobId, long revision) {
                return switch (questions.incrementAndGet()) {
                    case 1 -> CompletableFuture.failedFuture(new IOException("the database restarts"));
                    case 2 -> CompletableFuture.completedFuture(false);
                    default -> super.includes(jobId, revision);
                };
            }

            @Override
            public ShardCursor open(int shard, StorageNodeId leaving, ScanPosition from) {
                scans.incrementAndGet();
                return super.open(shard, leaving, from);
            }
        };
        slow.put(1, 1, 1, 2);
        receive();
        JobFixture job = new JobFixture(KIT, slow, agent);
        job.create();
        Assignment rejected = receive();
        job.job.tell(new JobMessage.AssignmentRefused(rejected.id(), Reason.ASSIGNMENT_REJECTED, "no"));
        Assignment retried = receive();
        job.job.tell(new JobMessage.CopiesReported(retried.id(), DESTINATION, List.of()));
        assertThat(job.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isTrue();
        assertThat(questions).hasValue(3);
        assertThat(scans).hasValue(slow.shards().size());
    }

    @Test
    void aJobShowsWhatItWaitsFor() {
        Assignment inFlight = receive();
        fixture.job.tell(new JobMessage.AssignmentRefused(inFlight.id(), Reason.AGENT_BUSY, "holds 32 assignments"));
        PlanningWait silent = new PlanningWait(
                PlanningWait.Cause.SPACE_BROKER_SILENT, Instant.EPOCH, Optional.empty(), 7, "no reply for 30 s");
        fixture.job.tell(new JobInternalMessage.PlanningReported(1, new PlanningEvent.Waiting(List.of(silent))));
        List<JobWait> waiting = fixture.stands().waiting();
        assertThat(waiting)
                .extracting(JobWait::cause)
                .containsExactly(JobWait.Cause.SPACE_BROKER_SILENT, JobWait.Cause.AGENT_BUSY);
        assertThat(waiting.get(0).detail()).isEqualTo("7 objects wait: no reply for 30 s");
        assertThat(waiting.get(1).until()).isPresent();
        assertThat(waiting.get(1).detail()).contains("is busy (holds 32 assignments)");
    }

    @Test
    void aJobShowsAShardThatItsScanCannotRead() {
        RecordsInMemory down = new RecordsInMemory();
        down.put(1, 1, 1, 2);
        down.outage(Integer.MAX_VALUE);
        JobFixture job = new JobFixture(KIT, down, new PlayedAgent());
        job.create();
        await().atMost(JobFixture.TIMEOUT)
                .untilAsserted(() -> assertThat(job.stands().waiting())
                        .filteredOn(wait -> wait.cause() == JobWait.Cause.METADATA_SHARD)
                        .extracting(JobWait::detail)
                        .containsExactlyInAnyOrder(
                                "the scan of metadata shard 1: shard down",
                                "the scan of metadata shard 2: shard down"));
        down.outage(0);
        assertThat(job.ended.receiveMessage(JobFixture.TIMEOUT).emptied()).isTrue();
        assertThat(job.stands().waiting()).extracting(JobWait::cause).doesNotContain(JobWait.Cause.METADATA_SHARD);
    }

    @Test
    @Tag("slow")
    void aJobShowsHowFarItsVerificationHasCome() {
        RecordsInMemory slow = new RecordsInMemory() {
            @Override
            public ShardReader open(int shard, StorageNodeId node) {
                ShardReader reader = super.open(shard, node);
                return shard == 1
                        ? reader
                        : new ShardReader() {
                            @Override
                            public CompletionStage<RowWatermark> watermark() {
                                return new CompletableFuture<>();
                            }

                            @Override
                            public CompletionStage<Range> read(ScanColumn column, long first, long last) {
                                return reader.read(column, first, last);
                            }
                        };
            }
        };
        slow.put(2, 2, 1, 2);
        JobFixture job = new JobFixture(KIT, slow, new PlayedAgent());
        job.create();
        await().atMost(JobFixture.TIMEOUT)
                .until(() -> job.stands().verifying().equals(Optional.of(new VerificationProgress(2, 1, 1, 0))));
    }

    @Test
    void aJobThatLeavesTheMemberForgetsItsAssignmentsAndKeepsTheirSpace() {
        Assignment inFlight = receive();
        fixture.job.tell(EvacuateJob.stopMessage());
        await().atMost(JobFixture.TIMEOUT)
                .untilAsserted(() -> assertThat(List.copyOf(agent.forgotten)).containsExactly(inFlight.id()));
        assertThat(List.copyOf(agent.released)).isEmpty();
        assertThat(promisedMib()).isPositive();
    }
}
