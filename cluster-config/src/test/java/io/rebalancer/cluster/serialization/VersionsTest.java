package io.rebalancer.cluster.serialization;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.dataformat.cbor.CBORFactory;
import com.tngtech.archunit.core.domain.JavaClass;
import com.tngtech.archunit.core.importer.ClassFileImporter;
import com.tngtech.archunit.core.importer.ImportOption;
import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.message.JobMessage;
import io.rebalancer.cluster.message.PlanMessage;
import io.rebalancer.cluster.message.SpaceMessage;
import io.rebalancer.cluster.message.WireMessage;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.access.TokenEvent;
import io.rebalancer.core.access.TokenState;
import io.rebalancer.core.agent.AgentEvent;
import io.rebalancer.core.agent.AgentState;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.LimitsEvent;
import io.rebalancer.core.agent.LimitsState;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.audit.AuditEvent;
import io.rebalancer.core.audit.AuditState;
import io.rebalancer.core.evacuate.EndEstimates;
import io.rebalancer.core.evacuate.ExceptionRetry;
import io.rebalancer.core.evacuate.InFlightAssignment;
import io.rebalancer.core.evacuate.JobCounts;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobOutline;
import io.rebalancer.core.evacuate.JobPhase;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassProgress;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.evacuate.SettledCounts;
import io.rebalancer.core.legacy.EndedLegacyAssignment;
import io.rebalancer.core.legacy.LegacyAssignment;
import io.rebalancer.core.legacy.LegacyEvent;
import io.rebalancer.core.legacy.LegacyFailure;
import io.rebalancer.core.legacy.LegacyState;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.DurationBand;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.PlanProgress;
import io.rebalancer.core.plan.PlanReport;
import io.rebalancer.core.plan.PlannedMoves;
import io.rebalancer.core.reconcile.RunEvent;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.ScheduleEvent;
import io.rebalancer.core.reconcile.ScheduleState;
import io.rebalancer.core.registry.RegistryEvent;
import io.rebalancer.core.registry.RegistryState;
import io.rebalancer.core.settings.ChosenSetting;
import io.rebalancer.core.settings.FleetSettingsEvent;
import io.rebalancer.core.settings.FleetSettingsState;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.PenaltyCause;
import io.rebalancer.core.storage.PenaltyReport;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.apache.pekko.serialization.SerializerWithStringManifest;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** Unknown and missing data is rejected; earlier versions are migrated. */
class VersionsTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "versions",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));
    private static final Serialization SERIALIZATION = SerializationExtension.get(KIT.system());
    private static final ObjectMapper CBOR = new ObjectMapper(new CBORFactory());

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    private static SerializerWithStringManifest serializer(Object of) {
        return (SerializerWithStringManifest) SERIALIZATION.findSerializerFor(of);
    }

    private static Object read(Object like, String manifest, Consumer<ObjectNode> changed) throws IOException {
        ObjectNode tree = (ObjectNode) CBOR.readTree(serializer(like).toBinary(like));
        changed.accept(tree);
        return serializer(like).fromBinary(CBOR.writeValueAsBytes(tree), manifest);
    }

    @Test
    void everyStoredOrSentClassHasAVersion() {
        Stream<String> wire = new ClassFileImporter()
                        .withImportOption(ImportOption.Predefined.DO_NOT_INCLUDE_TESTS)
                        .importPackages("io.rebalancer.cluster.message")
                        .stream()
                        .filter(each -> each.isAssignableTo(WireMessage.class) && !each.isInterface())
                        .map(JavaClass::getName);
        Stream<String> events = Stream.of(
                        JobEvent.class,
                        AgentEvent.class,
                        LimitsEvent.class,
                        LegacyEvent.class,
                        RegistryEvent.class,
                        AuditEvent.class,
                        FleetSettingsEvent.class,
                        TokenEvent.class,
                        RunEvent.class,
                        ScheduleEvent.class)
                .flatMap(family -> Stream.of(family.getPermittedSubclasses()))
                .map(Class::getName);
        Stream<String> states = Stream.of(
                        JobState.class,
                        AgentState.class,
                        LimitsState.class,
                        LegacyState.class,
                        RegistryState.class,
                        AuditState.class,
                        FleetSettingsState.class,
                        TokenState.class,
                        RunState.class,
                        ScheduleState.class)
                .map(Class::getName);
        Set<String> versioned = SettingsFile.over(ConfigFactory.empty())
                .getObject("pekko.serialization.jackson.migrations")
                .keySet();
        assertThat(versioned)
                .isEqualTo(
                        Stream.of(wire, events, states).flatMap(each -> each).collect(Collectors.toUnmodifiableSet()));
    }

    @Test
    void aLaterVersionIsRejected() {
        JobEvent event = new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS);
        assertThat(serializer(event).manifest(event)).isEqualTo(JobEvent.PassStarted.class.getName() + "#2");
        assertThatThrownBy(() -> read(event, JobEvent.PassStarted.class.getName() + "#3", same -> {}))
                .hasMessageContaining("version");
        assertThatThrownBy(() -> read(JobState.EMPTY, JobState.class.getName() + "#9", same -> {}))
                .hasMessageContaining("version");
    }

    @Test
    void anUnknownMessageIsRejected() {
        JobMessage.AssignmentAccepted message = new JobMessage.AssignmentAccepted(new UUID(1, 2), 0);
        assertThatThrownBy(() -> read(message, "io.rebalancer.cluster.message.JobMessage$Teleport", same -> {}))
                .hasMessageContaining("JobMessage$Teleport");
    }

    @Test
    void anUnknownFieldIsRejected() {
        JobEvent event = new JobEvent.PassFinished(1, Optional.empty());
        assertThatThrownBy(() -> read(event, serializer(event).manifest(event), tree -> tree.put("mood", "good")))
                .hasMessageContaining("mood");
    }

    @Test
    void aMissingFieldIsRejected() {
        SpaceMessage.Return message = new SpaceMessage.Return(new UUID(1, 2));
        assertThatThrownBy(() -> read(message, serializer(message).manifest(message), ObjectNode::removeAll))
                .hasMessageContaining("Missing");
        JobEvent event = new JobEvent.PassFinished(1, Optional.empty());
        assertThatThrownBy(() -> read(event, serializer(event).manifest(event), ObjectNode::removeAll))
                .hasMessageContaining("pass");
    }

    @Test
    void anUnknownEnumConstantIsRejected() {
        JobMessage.AssignmentRefused message =
                new JobMessage.AssignmentRefused(new UUID(1, 2), Reason.AGENT_BUSY, "busy");
        assertThatThrownBy(() ->
                        read(message, serializer(message).manifest(message), tree -> tree.put("reason", "MERCURY")))
                .hasMessageContaining("MERCURY");
    }

    @Test
    void marksOfVersion1AreMigrated() throws IOException {
        JobEvent event = new JobEvent.ScanAdvanced(Map.of(1, ScanPosition.at(ScanColumn.IDX, 42)));
        Object earlier = read(
                event,
                JobEvent.ScanAdvanced.class.getName(),
                tree -> ((ObjectNode) tree.path("marks").path("1")).remove(List.of("afterKey", "excluded", "unmoved")));
        assertThat(earlier).isEqualTo(event);
    }

    @Test
    void jobsOfEarlierBuildsLookAtAllRecords() throws IOException {
        JobEvent created =
                new JobEvent.JobCreated(new CopyLocation("dc1", new StorageNodeId("1.stor")), 5, Instant.EPOCH);
        assertThat(read(created, JobEvent.JobCreated.class.getName(), tree -> tree.remove("selection")))
                .isEqualTo(created);
        RegistryEvent registered = new RegistryEvent.JobRegistered(
                new UUID(1, 2), new CopyLocation("dc1", new StorageNodeId("1.stor")), 5, Instant.EPOCH);
        assertThat(read(registered, RegistryEvent.JobRegistered.class.getName(), tree -> tree.remove("selection")))
                .isEqualTo(registered);
    }

    /** Written by the last build whose job state was one flat list. */
    @Test
    void aFlatJobStateIsReadAsOneComposedOfParts() throws IOException {
        JobState job = (JobState) readStored("io.rebalancer.core.evacuate.JobState#2", JobState.EMPTY);
        assertThat(job.phase()).isEqualTo(JobPhase.RUNNING);
        assertThat(job.order().orElseThrow().maxRecords()).isEqualTo(100);
        assertThat(job.leaving().orElseThrow().storageNode().text()).isEqualTo("1.stor.example.com");
        assertThat(job.epoch()).isEqualTo(3);
        assertThat(job.passes())
                .isEqualTo(new PassProgress(
                        2,
                        PassScope.ALL_RECORDS,
                        0,
                        new SettledCounts(1, 0, 0, 0, 5),
                        Optional.empty(),
                        Optional.empty(),
                        EndEstimates.NONE,
                        ExceptionRetry.NONE));
        assertThat(job.scan().marks()).containsExactly(Map.entry(2, ScanPosition.at(ScanColumn.KEY, 9, "/o/x", 1)));
        assertThat(job.inFlight().count()).isEqualTo(2);
        assertThat(job.inFlight().copiedRecords()).isEqualTo(1);
        assertThat(job.counts()).isEqualTo(new JobCounts(new SettledCounts(1, 0, 0, 0, 5), 1, 0, 2));
        assertThat(job.outcomes().unmoved().skippedBy()).containsExactly(Map.entry(Reason.NO_DESTINATION, 1L));
        assertThat(job.settings().find(SettingName.COMMIT_PARALLELISM))
                .contains(new ChosenSetting(30, "", Optional.empty()));

        assertThat(readReply(1)).isEqualTo(new JobMessage.JobStands(17, job.outline(), List.of(), Optional.empty()));
    }

    /** Written by the last build that sent all tasks in flight. */
    @Test
    void aReplyWithTheWholeStateIsReadAsAnOutline() throws IOException {
        JobMessage.JobStands reply = readReply(2);
        assertThat(reply).isEqualTo(readReply(1));
        JobOutline job = reply.state();
        assertThat(job.counts()).isEqualTo(new JobCounts(new SettledCounts(1, 0, 0, 0, 5), 1, 0, 2));
        assertThat(job.pass()).isEqualTo(2);
        assertThat(job.scan().marks()).containsExactly(Map.entry(2, ScanPosition.at(ScanColumn.KEY, 9, "", 1)));
        assertThat(job.assignments()).hasSize(2).allSatisfy(each -> {
            assertThat(each.tasks()).isEqualTo(1);
            assertThat(each.bytes()).isEqualTo(5);
        });
        assertThat(job.copiedRecords()).isEqualTo(1);
    }

    private static JobMessage.JobStands readReply(int version) throws IOException {
        return (JobMessage.JobStands) readStored(
                "io.rebalancer.cluster.message.JobMessage$JobStands#" + version,
                new JobMessage.JobStands(1, JobState.EMPTY.outline(), List.of(), Optional.empty()));
    }

    /** Version 1 had no epoch and no counts by reason. */
    @Test
    void earlierSnapshotsAreRead() throws IOException {
        ObjectNode flat = stored("io.rebalancer.core.evacuate.JobState#2");
        flat.remove(List.of("epoch", "skippedBy", "failedBy"));
        JobState job = (JobState)
                serializer(JobState.EMPTY).fromBinary(CBOR.writeValueAsBytes(flat), JobState.class.getName());
        assertThat(job.epoch()).isEqualTo(1);
        assertThat(job.counts().skipped()).isEqualTo(1);
        assertThat(job.outcomes().unmoved().skippedBy()).isEmpty();
        Object agent = read(AgentState.EMPTY, AgentState.class.getName(), tree -> tree.remove("epochs"));
        assertThat(agent).isEqualTo(AgentState.EMPTY);
        Object schedule = read(
                ScheduleState.EMPTY,
                ScheduleState.class.getName(),
                tree -> tree.remove(List.of("compared", "unrecorded", "recurring")));
        assertThat(schedule).isEqualTo(ScheduleState.EMPTY);
        LimitsState stopped = new LimitsState(Optional.empty(), CopyGate.STOPPED);
        assertThat(read(stopped, LimitsState.class.getName(), tree -> tree.remove("gate")))
                .isEqualTo(LimitsState.EMPTY);
    }

    /** Written by the last build that sent a release once and stored nothing of it. */
    @Test
    void endsOfAssignmentsFromBeforeTheLedgerOweNoRelease() throws IOException {
        JobEvent.RelocationsCommitted committed = (JobEvent.RelocationsCommitted) readStored(
                "io.rebalancer.core.evacuate.JobEvent$RelocationsCommitted#1",
                new JobEvent.RelocationsCommitted(new UUID(1, 2), SettledCounts.ZERO, List.of(), Optional.empty()));
        assertThat(committed.release()).isEmpty();
        assertThat(committed.tally()).isEqualTo(new SettledCounts(1, 0, 0, 0, 5));
        JobEvent.AssignmentLost lost = (JobEvent.AssignmentLost) readStored(
                "io.rebalancer.core.evacuate.JobEvent$AssignmentLost#1",
                new JobEvent.AssignmentLost(new UUID(1, 2), List.of(), Optional.empty()));
        assertThat(lost.release()).isEmpty();
        JobEvent.PassFinished finished = (JobEvent.PassFinished) readStored(
                "io.rebalancer.core.evacuate.JobEvent$PassFinished#1", new JobEvent.PassFinished(1, Optional.empty()));
        assertThat(finished.at()).isEmpty();
        RegistryEvent.JobClosed closed = (RegistryEvent.JobClosed) readStored(
                "io.rebalancer.core.registry.RegistryEvent$JobClosed#1",
                new RegistryEvent.JobClosed(new UUID(1, 2), false, Optional.empty()));
        assertThat(closed.closing()).isEmpty();
    }

    @Test
    void aJobOfABuildWithoutRetriesDuringTheJobHasOrderedNone() throws IOException {
        JobState job = JobState.EMPTY.apply(
                new JobEvent.JobCreated(new CopyLocation("dc1", new StorageNodeId("1.stor")), 5, Instant.EPOCH));
        assertThat(read(
                        job,
                        JobState.class.getName() + "#7",
                        tree -> ((ObjectNode) tree.path("passes")).remove("retry")))
                .isEqualTo(job);
        JobState ordered = job.apply(new JobEvent.RetryOrdered(Set.of(Reason.UNRECOVERABLE), Instant.EPOCH));
        assertThat(read(ordered, JobState.class.getName() + "#8", same -> {})).isEqualTo(ordered);
    }

    /** Written by the last build that listed the unmoved records of a pass in the job's state. */
    @Test
    void aStateThatListsUnmovedRecordsKeepsTheirCounts() throws IOException {
        JobState job = (JobState) readStored("io.rebalancer.core.evacuate.JobState#4", JobState.EMPTY);
        assertThat(job.counts()).isEqualTo(new JobCounts(new SettledCounts(1, 0, 0, 0, 5), 1, 0, 2));
        assertThat(job.outcomes().orphans()).isEqualTo(2);
        assertThat(job.passes().scope()).isEqualTo(PassScope.ALL_RECORDS);
        assertThat(job.scan().marks()).containsExactly(Map.entry(2, ScanPosition.at(ScanColumn.KEY, 9, "/o/x", 1)));
        assertThat(job.inFlight().all()).hasSize(2).noneMatch(InFlightAssignment::resumed);
    }

    @Test
    void eventsFromBeforeMarksCountedUnmovedRecordsAreRead() throws IOException {
        Map<Integer, ScanPosition> marks = Map.of(1, ScanPosition.at(ScanColumn.IDX, 42));
        JobEvent.ScanAdvanced advanced = new JobEvent.ScanAdvanced(marks);
        assertThat(readStored("io.rebalancer.core.evacuate.JobEvent$ScanAdvanced#2", advanced))
                .isEqualTo(advanced);
        JobEvent.RecordsExcepted excepted = (JobEvent.RecordsExcepted) readStored(
                "io.rebalancer.core.evacuate.JobEvent$RecordsExcepted#2",
                new JobEvent.RecordsExcepted(List.of(), Map.of()));
        assertThat(excepted.exceptions()).hasSize(1);
        assertThat(excepted.marks()).isEqualTo(marks);
        JobEvent.AssignmentPlanned planned = (JobEvent.AssignmentPlanned) readStored(
                "io.rebalancer.core.evacuate.JobEvent$AssignmentPlanned#2",
                new JobEvent.AssignmentPlanned(
                        new Assignment(new UUID(1, 2), new CopyLocation("dc3", new StorageNodeId("3.stor")), List.of()),
                        Map.of()));
        assertThat(planned.marks()).isEqualTo(marks);
        JobEvent.PassStarted started = new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS);
        JobEvent.PassStarted earlier =
                (JobEvent.PassStarted) readStored("io.rebalancer.core.evacuate.JobEvent$PassStarted#1", started);
        assertThat(earlier.scope()).isEqualTo(PassScope.ALL_RECORDS);
        JobEvent.IncarnationBegan began = (JobEvent.IncarnationBegan) readStored(
                "io.rebalancer.core.evacuate.JobEvent$IncarnationBegan#1",
                new JobEvent.IncarnationBegan(2, Instant.EPOCH, true));
        assertThat(began.rescans()).isFalse();
    }

    /** A space broker of the last build that did not count the faults behind a penalty replies to a manager of this build. */
    @Test
    void penaltiesWithoutACountAreRead() throws IOException {
        Penalty penalty = new Penalty(
                new StorageNodeId("3.stor.example.com"),
                PenaltyCause.REFUSED,
                2,
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(60),
                "no such directory");
        SpaceMessage.Penalties counted =
                new SpaceMessage.Penalties(List.of(new PenaltyReport(penalty, Optional.of(3))));
        assertThat(serializer(counted).manifest(counted)).isEqualTo(SpaceMessage.Penalties.class.getName() + "#2");
        assertThat(readStored("io.rebalancer.cluster.message.SpaceMessage$Penalties#1", counted))
                .isEqualTo(new SpaceMessage.Penalties(List.of(new PenaltyReport(penalty, Optional.empty()))));
        assertThat(read(counted, serializer(counted).manifest(counted), same -> {}))
                .isEqualTo(counted);
        assertThatThrownBy(() -> read(counted, SpaceMessage.Penalties.class.getName() + "#3", same -> {}))
                .hasMessageContaining("version");
    }

    /** A registry of plans of the last build that did not count the copies that remain replies to a manager of this build. */
    @Test
    void plansWithoutACountOfCopiesAreRead() throws IOException {
        PlanMessage.PlanFound uncounted = new PlanMessage.PlanFound(new PlanReport(
                new UUID(1, 2),
                PlanOrder.of(new CopyLocation("dc1", new StorageNodeId("1.stor")), 5),
                Instant.EPOCH,
                Optional.empty(),
                Optional.empty(),
                new PlanProgress(
                        PlanProgress.State.RUNNING,
                        new PlannedMoves(0, 0, 0, 0, 0, 0, List.of(), 0, List.of()),
                        List.of(),
                        OptionalLong.empty(),
                        ""),
                DurationBand.unknown("unknown, because the plan is not ready")));
        assertThat(read(
                        uncounted,
                        PlanMessage.PlanFound.class.getName(),
                        tree -> ((ObjectNode) tree.path("plan").path("progress")).remove("belowTwoCopies")))
                .isEqualTo(uncounted);
        assertThat(serializer(uncounted).manifest(uncounted)).isEqualTo(PlanMessage.PlanFound.class.getName() + "#2");
    }

    /** Written by the last build that kept all tasks of ended assignments over the legacy HTTP API. */
    @Test
    void endedLegacyAssignmentsOfEarlierBuildsShrink() throws IOException {
        LegacyState state = (LegacyState) readStored("io.rebalancer.core.legacy.LegacyState#1", LegacyState.EMPTY);
        UUID open = UUID.fromString("00000000-0000-4000-8000-000000000001");
        assertThat(state.open().keySet()).containsExactly(open);
        assertThat(state.open().values())
                .singleElement()
                .extracting(LegacyAssignment::openTasks)
                .isEqualTo(List.of(1));
        EndedLegacyAssignment failed = state.ended()
                .find(UUID.fromString("00000000-0000-4000-8000-000000000002"))
                .orElseThrow();
        assertThat(failed.taskCount()).isEqualTo(2);
        assertThat(failed.endedAt()).isEmpty();
        assertThat(failed.failed()).singleElement().satisfies(each -> {
            assertThat(each.task().objectId()).isEqualTo("../x");
            assertThat(each.failure()).isEqualTo(LegacyFailure.httpStatus(404));
        });
        assertThat(state.ended().find(UUID.fromString("00000000-0000-4000-8000-000000000003")))
                .contains(new EndedLegacyAssignment(
                        UUID.fromString("00000000-0000-4000-8000-000000000003"), 0, List.of(), Optional.empty()));
        assertThat(read(state, serializer(state).manifest(state), same -> {})).isEqualTo(state);
    }

    @Test
    void eventsOfLegacyAssignmentsWithoutATimeAreRead() throws IOException {
        LegacyEvent.LegacyAssigned assigned = (LegacyEvent.LegacyAssigned) readStored(
                "io.rebalancer.core.legacy.LegacyEvent$LegacyAssigned#1",
                new LegacyEvent.LegacyAssigned(new UUID(1, 2), List.of(), Optional.empty()));
        assertThat(assigned.tasks()).hasSize(1);
        assertThat(assigned.at()).isEmpty();
        LegacyEvent.LegacyTasksFinished finished = (LegacyEvent.LegacyTasksFinished) readStored(
                "io.rebalancer.core.legacy.LegacyEvent$LegacyTasksFinished#1",
                new LegacyEvent.LegacyTasksFinished(new UUID(1, 2), List.of(), Map.of(), Optional.empty()));
        assertThat(finished.done()).containsExactly(0, 1);
        assertThat(finished.at()).isEmpty();
    }

    private static ObjectNode stored(String manifest) throws IOException {
        try (InputStream file = VersionsTest.class.getResourceAsStream("/earlier/" + manifest + ".json")) {
            return (ObjectNode) new ObjectMapper().readTree(file);
        }
    }

    private static Object readStored(String manifest, Object like) throws IOException {
        return serializer(like).fromBinary(CBOR.writeValueAsBytes(stored(manifest)), manifest);
    }
}
