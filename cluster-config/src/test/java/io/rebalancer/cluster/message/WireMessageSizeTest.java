package io.rebalancer.cluster.message;

import static io.rebalancer.cluster.message.WireSamples.ID;
import static io.rebalancer.cluster.message.WireSamples.ITEM;
import static io.rebalancer.cluster.message.WireSamples.LIMITS;
import static io.rebalancer.cluster.message.WireSamples.LOCATION;
import static io.rebalancer.cluster.message.WireSamples.NODE;
import static io.rebalancer.cluster.message.WireSamples.PROGRESS;
import static io.rebalancer.cluster.message.WireSamples.RUN;
import static io.rebalancer.cluster.message.WireSamples.WAIT;
import static io.rebalancer.cluster.message.WireSamples.inventoryStatus;
import static io.rebalancer.cluster.message.WireSamples.plan;
import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.ConfigFactory;
import io.rebalancer.cluster.inventory.EntryFrames;
import io.rebalancer.cluster.settings.SettingsFile;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.ScanColumn;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.inventory.Unmanaged;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.PlannedMoves;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.HeldAssignments;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.ContentCounts;
import io.rebalancer.core.reconcile.DriftKind;
import io.rebalancer.core.reconcile.NodeReport;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairCounts;
import io.rebalancer.core.reconcile.RepairOrder;
import io.rebalancer.core.reconcile.RepairReport;
import io.rebalancer.core.reconcile.RepairScope;
import io.rebalancer.core.reconcile.RunEvent;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.SkippedCounts;
import java.time.Instant;
import java.util.Collections;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Random;
import java.util.Set;
import java.util.UUID;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;
import org.apache.pekko.serialization.Serialization;
import org.apache.pekko.serialization.SerializationExtension;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Test;

/** The largest messages fit into a frame, which is 2 MiB. */
class WireMessageSizeTest {
    private static final ActorTestKit KIT = ActorTestKit.create(
            "wire",
            ConfigFactory.parseString("pekko.actor.provider = local")
                    .withFallback(SettingsFile.over(ConfigFactory.empty())));

    @AfterAll
    static void stop() {
        KIT.shutdownTestKit();
    }

    /** The largest frame is 2 MiB. */
    @Test
    void aPlanFitsIntoAMessageHoweverLargeItIs() {
        Serialization serialization = SerializationExtension.get(KIT.system());
        PlanMessage.PlanFound reply = new PlanMessage.PlanFound(plan(PlannedMoves.MAX_LISTED));
        assertThat(serialization.serialize(reply).get().length).isLessThan(1024 * 1024);
    }

    /** Of the largest page, and of as many sources as an agent reports, with the longest storage ids. */
    @Test
    void whatAnAgentReportsToAnOperatorFitsIntoAMessage() {
        Serialization serialization = SerializationExtension.get(KIT.system());
        AgentControl.Source source =
                new AgentControl.Source("s".repeat(260), Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE, true);
        AgentControl.AgentStatus status = new AgentControl.AgentStatus(
                        NODE.text(), "os", CopyGate.OPEN, LIMITS, 8, 3, 2, 1, 5, Collections.nCopies(10_000, source), 0)
                .withAtMost(500);
        assertThat(serialization
                        .serialize(new AgentMessage.StatusReported(status))
                        .get()
                        .length)
                .isLessThan(256 * 1024);
        HeldAssignments.Line line =
                new HeldAssignments.Line(ID, ID, Integer.MAX_VALUE, Integer.MAX_VALUE, Integer.MAX_VALUE);
        AgentMessage.HeldListed page = new AgentMessage.HeldListed(
                new HeldAssignments.HeldPage(Collections.nCopies(HeldAssignments.MAX_PAGE, line), true));
        assertThat(serialization.serialize(page).get().length).isLessThan(256 * 1024);
    }

    /** The largest repair, status, page of the quarantine, list of digests, order and page of entries. */
    @Test
    void whatManagersAskAboutFilesFitsIntoAMessage() {
        Serialization serialization = SerializationExtension.get(KIT.system());
        TestProbe<InventoryMessage.Reply> reply = KIT.createTestProbe();
        CopyKey key = CopyKey.LAST;
        QuarantineOrder.File file = new QuarantineOrder.File(key, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE);
        InventoryEntry entry = new InventoryEntry(key, Long.MAX_VALUE, Long.MAX_VALUE, Long.MAX_VALUE, true);
        CopyTask task = new CopyTask(
                new RecordRef(99, "k".repeat(4096)),
                ID,
                ID,
                Long.MAX_VALUE,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                Collections.nCopies(9, new StorageNodeId("1.stor." + "x".repeat(60) + ".example.com")));
        TaskResult result = new TaskResult(ID, Optional.of(Reason.UNRECOVERABLE), "f".repeat(8192), false, 0);
        List<WireMessage> largest = List.of(
                new InventoryMessage.Repair(
                        new RepairOrder(
                                RUN,
                                NODE,
                                new Assignment(ID, LOCATION, Collections.nCopies(RepairOrder.MAX_TASKS, task))),
                        reply.getRef()),
                new InventoryMessage.RepairReported(
                        new NodeInventory.RepairProgress(Collections.nCopies(RepairOrder.MAX_TASKS, result), 0)),
                new InventoryMessage.StatusReported(inventoryStatus(Coverage.MAX_UNLISTED)),
                new InventoryMessage.QuarantineListed(
                        new NodeInventory.QuarantinePage(Collections.nCopies(NodeInventory.MAX_KEYS, ITEM), true)),
                new InventoryMessage.CompareDigests(
                        ID,
                        Optional.of(key),
                        Collections.nCopies(
                                NodeInventory.MAX_DIGESTS, new RangeDigest(key, Long.MAX_VALUE, Long.MAX_VALUE)),
                        reply.getRef()),
                new InventoryMessage.DigestsCompared(Collections.nCopies(NodeInventory.MAX_DIGESTS, Integer.MAX_VALUE)),
                new InventoryMessage.EntriesRead(
                        EntryFrames.encode(Collections.nCopies(NodeInventory.MAX_ENTRIES, entry)), true),
                new InventoryMessage.Quarantine(
                        new QuarantineOrder(RUN, 1, Collections.nCopies(QuarantineOrder.MAX_FILES, file)),
                        reply.getRef()));
        for (WireMessage message : largest) {
            assertThat(serialization.serialize(message).get().length)
                    .as(message.getClass().getSimpleName())
                    .isLessThan(1536 * 1024);
        }
    }

    /** Of the largest fleet, with long ids and with numbers that do not shrink; none of the nodes could be listed completely. */
    @Test
    void whatRunsOfTheLargestFleetSendFitsIntoAMessage() {
        Serialization serialization = SerializationExtension.get(KIT.system());
        Random random = new Random(7);
        List<StorageNodeId> nodes = IntStream.range(0, RunOrder.MAX_NODES)
                .mapToObj(i -> new StorageNodeId(i + ".stor." + "x".repeat(60) + ".example.com"))
                .toList();
        Map<StorageNodeId, String> roots = new HashMap<>();
        nodes.forEach(node -> roots.put(node, new UUID(random.nextLong(), random.nextLong()).toString()));
        RepairScope scope =
                new RepairScope(Set.of(Repair.COPY_AGAIN, Repair.ADD_COPY, Repair.QUARANTINE), nodes, Instant.EPOCH);
        RunOrder plan =
                new RunOrder(ID, 3, RunMode.PLAN, nodes, Optional.empty(), "ann", roots, false, Optional.empty());
        RunOrder act =
                new RunOrder(ID, 4, RunMode.ACT, nodes, Optional.of(ID), "ann", roots, false, Optional.of(scope));
        RunState compared = RunState.EMPTY.apply(new RunEvent.RunCreated(plan, Instant.EPOCH));
        RunState repaired = RunState.EMPTY.apply(new RunEvent.RunCreated(act, Instant.EPOCH));
        for (StorageNodeId node : nodes) {
            String detail = Long.toHexString(random.nextLong()) + "d".repeat(1000);
            compared = compared.apply(new RunEvent.NodeCompared(
                    new NodeReport(
                            node,
                            Optional.of(AbortReason.COVERAGE_INCOMPLETE),
                            detail,
                            roots.getOrDefault(node, ""),
                            Optional.of(Instant.ofEpochMilli(random.nextInt())),
                            new Coverage(
                                    random.nextInt(1 << 30),
                                    random.nextLong() >>> 16,
                                    Map.of(Unmanaged.UNKNOWN, random.nextLong() >>> 40),
                                    Collections.nCopies(20, KeyRange.ALL),
                                    20,
                                    Collections.nCopies(20, "f".repeat(200))),
                            random.nextInt(1 << 30),
                            Map.of(
                                    DriftKind.MISSING_COPY, random.nextLong() >>> 40,
                                    DriftKind.ORPHAN_FILE, random.nextLong() >>> 40),
                            new SkippedCounts(
                                    random.nextInt(10_000), random.nextInt(10_000), random.nextInt(10_000), 0),
                            new ContentCounts(random.nextInt(1 << 30), random.nextLong() >>> 16, 3, 4),
                            random.nextLong() >>> 32),
                    Instant.EPOCH));
            RepairCounts counts = new RepairCounts(
                    random.nextInt(1000), random.nextInt(1000), random.nextInt(1000), 0, random.nextInt(1000));
            repaired = repaired.apply(new RunEvent.NodeRepaired(
                    new RepairReport(
                            node,
                            Optional.of(AbortReason.NODE_BUSY),
                            detail,
                            Map.of(Repair.COPY_AGAIN, counts, Repair.ADD_COPY, counts, Repair.QUARANTINE, counts)),
                    Instant.EPOCH));
        }
        TestProbe<ReconcileMessage.RunReply> runReply = KIT.createTestProbe();
        TestProbe<ScheduleMessage.ScheduleReply> scheduleReply = KIT.createTestProbe();
        List<WireMessage> largest = List.of(
                new ScheduleMessage.RegisterRun(
                        ID,
                        RunMode.ACT,
                        nodes,
                        "ann",
                        false,
                        false,
                        Optional.of(ID),
                        Optional.of(scope),
                        scheduleReply.getRef()),
                new ReconcileMessage.CreateRun(act, runReply.getRef()),
                new ReconcileMessage.RunFound(compared.outline(), 7, "ended"),
                new ReconcileMessage.RunFound(repaired.outline(), 7, "ended"),
                new ScheduleMessage.RunEnded(ID, roots));
        for (WireMessage message : largest) {
            byte[] bytes = serialization.serialize(message).get();
            assertThat(bytes.length).as(message.getClass().getSimpleName()).isLessThan(2 * 1024 * 1024 - 4096);
            assertThat(KIT.serializationTestKit().verifySerialization(message, true))
                    .isEqualTo(message);
        }
    }

    /** The largest frame is 2 MiB, and a member asks for every job every few seconds. */
    @Test
    void aJobsReplyStaysSmallHoweverLargeItsAssignmentsAre() {
        JobState state = JobState.EMPTY
                .apply(new JobEvent.JobCreated(LOCATION, 0, Instant.EPOCH))
                .apply(new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS));
        for (int assignment = 0; assignment < 24; assignment++) {
            UUID id = new UUID(7, assignment);
            List<CopyTask> tasks =
                    IntStream.range(0, 500).mapToObj(task -> task(id, task)).toList();
            Map<Integer, ScanPosition> marks = IntStream.range(0, 200)
                    .boxed()
                    .collect(Collectors.toMap(
                            shard -> shard,
                            shard -> ScanPosition.at(ScanColumn.KEY, Long.MAX_VALUE, "k".repeat(1000), 5)));
            state = state.apply(new JobEvent.AssignmentPlanned(new Assignment(id, LOCATION, tasks), marks));
            if (assignment % 2 == 0) {
                state = state.apply(new JobEvent.CopiesFinished(
                        id,
                        List.of(new UnmovedRecord(
                                tasks.get(0).record(), UnmovedRecord.Kind.FAILED, Reason.MD5_MISMATCH, "bad"))));
            }
        }
        JobMessage.JobStands reply = new JobMessage.JobStands(7, state.outline(), List.of(WAIT), Optional.of(PROGRESS));
        assertThat(reply.state().counts()).isEqualTo(state.counts());
        assertThat(reply.state().counts().inFlight()).isEqualTo(12_000);
        assertThat(reply.state().copiedRecords()).isEqualTo(12 * 499);
        Serialization serialization = SerializationExtension.get(KIT.system());
        assertThat(serialization.serialize(reply).get().length).isLessThan(64 * 1024);
    }

    private static CopyTask task(UUID assignment, int number) {
        return new CopyTask(
                new RecordRef(1, "/owner/stor/a/path/of/some/length/" + assignment + "/" + number),
                new UUID(assignment.getLeastSignificantBits(), number),
                ID,
                5,
                new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="),
                List.of(NODE));
    }
}
