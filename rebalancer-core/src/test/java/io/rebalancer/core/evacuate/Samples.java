package io.rebalancer.core.evacuate;

import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsEvent;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.legacy.LegacyEvent;
import io.rebalancer.core.legacy.LegacyFailure;
import io.rebalancer.core.legacy.LegacyTask;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.MetadataRecord;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.core.settings.WeeklyRange;
import io.rebalancer.core.settings.Window;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;

/** Sample values for tests. */
public final class Samples {
    public static final Instant NOW = Instant.parse("2026-11-21T00:00:00Z");
    public static final CopyLocation LEAVING = location(1);
    public static final ContentMd5 MD5 = new ContentMd5("XUFAKrxLKna5cZ2REBfFkg==");

    private Samples() {}

    public static CopyLocation location(int number) {
        return new CopyLocation("dc" + number, new StorageNodeId(number + ".stor.example.com"));
    }

    public static RecordRef ref(int number) {
        return new RecordRef(1, "/65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10/stor/" + number);
    }

    public static UUID uuid(int number) {
        return new UUID(0x4000L, 0x8000000000000000L | number);
    }

    /** The id of {@link #assignment} number {@code id}; differs from all object ids. */
    public static UUID assignmentId(int id) {
        return uuid(1_000_000 + id);
    }

    public static CopyTask task(int number) {
        return new CopyTask(
                ref(number), uuid(number), uuid(0), 5, MD5, List.of(location(2).storageNode()));
    }

    public static Assignment assignment(int id, int... tasks) {
        List<CopyTask> list = Arrays.stream(tasks).mapToObj(Samples::task).toList();
        return new Assignment(assignmentId(id), location(3), list);
    }

    public static UnmovedRecord exception(int number, Reason reason) {
        return new UnmovedRecord(ref(number), UnmovedRecord.Kind.SKIPPED, reason, "node 2 answered 404");
    }

    public static MetadataRecord record(UUID objectId, int... copies) {
        List<CopyLocation> list =
                Arrays.stream(copies).mapToObj(Samples::location).toList();
        return new MetadataRecord(ref(1), "0A1B2C3D", objectId, uuid(0), 5, MD5, list, "{}");
    }

    /** One sample of each event of a job; {@code StoredEventsTest} fails if an event is missing. */
    public static List<JobEvent> events() {
        Map<Integer, ScanPosition> marks = Map.of(1, ScanPosition.at(ScanColumn.IDX, 42));
        List<UnmovedRecord> failures = List.of(exception(2, Reason.SOURCE_OBJECT_NOT_FOUND));
        return List.of(
                new JobEvent.JobCreated(
                        LEAVING, 100, Optional.of(new RetrySelection(uuid(8), 9, Set.of(Reason.MD5_MISMATCH))), NOW),
                new JobEvent.PassStarted(1, NOW, PassScope.ALL_RECORDS),
                new JobEvent.AssignmentPlanned(assignment(1, 1, 2), marks),
                new JobEvent.RecordsExcepted(failures, marks),
                new JobEvent.ScanAdvanced(marks),
                new JobEvent.AssignmentAccepted(assignmentId(1)),
                new JobEvent.CopiesFinished(assignmentId(1), failures),
                new JobEvent.RelocationsCommitted(
                        assignmentId(1), new SettledCounts(1, 0, 0, 0, 5), failures, release(2)),
                new JobEvent.AssignmentLost(assignmentId(1), failures, release(1, 2)),
                new JobEvent.CopiesOrphaned(
                        assignmentId(1), location(3).storageNode(), List.of(uuid(2)), "the agent is gone", NOW),
                new JobEvent.AssignmentsReleased(List.of(assignmentId(1))),
                new JobEvent.PassFinished(1, Optional.of(NOW)),
                new JobEvent.VerificationStarted(NOW),
                new JobEvent.VerificationFinished(List.of(evidence(1, 0)), NOW),
                new JobEvent.JobPausing(NOW),
                new JobEvent.JobPaused(List.of(location(3).storageNode()), NOW),
                new JobEvent.JobResumed(JobPhase.RUNNING, NOW),
                new JobEvent.JobCancelling(NOW),
                new JobEvent.JobFailing("the metadata tier rejects the scan", NOW),
                new JobEvent.WindowClosing(NOW),
                new JobEvent.WindowClosed(List.of(location(3).storageNode()), NOW),
                new JobEvent.WindowOpened(JobPhase.RUNNING, NOW),
                new JobEvent.JobStalled("nothing has come of the pass for 30 minutes", NOW),
                new JobEvent.JobProgressed(NOW),
                new JobEvent.EndEstimated(
                        new EndEstimate(NOW, 25, NOW.plusSeconds(60), NOW.plusSeconds(90), Optional.empty())),
                new JobEvent.RetryOrdered(Set.of(Reason.UNRECOVERABLE, Reason.MD5_MISMATCH), NOW),
                new JobEvent.CommitParallelismSet(30),
                new JobEvent.SettingsChanged(settingsChange(), "http 127.0.0.1", NOW),
                new JobEvent.IncarnationBegan(2, NOW, true),
                new JobEvent.JobEnded(JobPhase.DONE, "", NOW));
    }

    /** A change of settings that uses each of its parts but the removal of the window. */
    public static SettingsChange settingsChange() {
        Window window = new Window(
                ZoneId.of("Europe/Berlin"),
                List.of(WeeklyRange.parse("mon-fri 20:00-06:00"), WeeklyRange.parse("sat,sun 00:00-24:00")),
                Set.of(LocalDate.of(2026, 12, 24)));
        return new SettingsChange(
                Map.of(SettingName.COMMIT_PARALLELISM, 40L, SettingName.BYTES_PER_SECOND, 100_000_000L),
                Set.of(SettingName.WEIGHT),
                Optional.of(window),
                false);
    }

    /** The release of an assignment whose copies of these objects are unwanted. */
    public static Optional<JobEvent.Release> release(int... unwanted) {
        return Optional.of(new JobEvent.Release(
                Arrays.stream(unwanted).mapToObj(Samples::uuid).toList()));
    }

    /** A shard that was read from the start. */
    public static ShardEvidence evidence(int shard, long rowsNaming) {
        return evidence(shard, new VerifiedRows(10, rowsNaming, 0, 0, 0), true);
    }

    /** A shard in which a verification found {@code rows}. */
    public static ShardEvidence evidence(int shard, VerifiedRows rows, boolean complete) {
        return new ShardEvidence(
                shard, "moray", new RowWatermark(10, 0), new RowWatermark(10, 2), complete, rows, List.of(), NOW, NOW);
    }

    /** One sample of each event of an agent. */
    public static List<AgentEvent> agentEvents() {
        return List.of(
                new AgentEvent.AssignmentAccepted(uuid(7), assignment(1, 1, 2)),
                new AgentEvent.TasksFinished(
                        assignmentId(1),
                        List.of(
                                new TaskResult(uuid(1), Optional.empty(), "", true, 5),
                                new TaskResult(uuid(2), Optional.of(Reason.MD5_MISMATCH), "wrong bytes", false, 0))),
                new AgentEvent.JobEpochRaised(uuid(7), 2, NOW),
                new AgentEvent.JobPaused(uuid(7), 2),
                new AgentEvent.JobContinued(uuid(7)),
                new AgentEvent.AssignmentReleased(assignmentId(1)));
    }

    /** One sample of each event of assignments over the legacy HTTP API. */
    public static List<LegacyEvent> legacyEvents() {
        LegacyTask task = new LegacyTask(
                "b2f8a9a0-0000-4000-8000-000000000001",
                "65e1fbdb-6f0e-4d0b-8f6b-0e7b0b1d5f10",
                "XUFAKrxLKna5cZ2REBfFkg==",
                "dc2",
                "2.stor.d",
                Optional.of("c0ffee00-0000-4000-8000-000000000001"),
                Optional.of("d41d8cd98f00b204e9800998ecf8427e"));
        return List.of(
                new LegacyEvent.LegacyAssigned(uuid(1), List.of(task), Optional.of(NOW)),
                new LegacyEvent.LegacyTasksFinished(
                        uuid(1), List.of(0, 1), Map.of(1, LegacyFailure.httpStatus(404)), Optional.of(NOW)),
                new LegacyEvent.LegacyDeleted(uuid(1)),
                new LegacyEvent.LegacyExpired(17, 3));
    }

    /** One sample of each event of an agent's limits. */
    public static List<LimitsEvent> limitsEvents() {
        return List.of(
                new LimitsEvent.LimitsChosen(new CopyLimits(1_000_000, 0, 32, 16, 1024, 97)),
                new LimitsEvent.GateSet(CopyGate.NO_NEW));
    }

    /** One sample of each event of the registry. */
    public static List<RegistryEvent> registryEvents() {
        return List.of(
                new RegistryEvent.JobRegistered(uuid(7), LEAVING, 100, NOW),
                new RegistryEvent.JobClosed(uuid(7), false, Optional.of(new RegistryEvent.Closing(true, NOW))),
                new RegistryEvent.NodeRemoved(LEAVING.storageNode(), NOW),
                new RegistryEvent.NodeExcluded(LEAVING.storageNode(), NOW),
                new RegistryEvent.NodeRecommissioned(LEAVING.storageNode(), NOW));
    }
}
