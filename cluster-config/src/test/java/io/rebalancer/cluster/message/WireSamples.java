package io.rebalancer.cluster.message;

import io.rebalancer.cluster.inventory.EntryFrames;
import io.rebalancer.core.access.IssuedToken;
import io.rebalancer.core.access.NewToken;
import io.rebalancer.core.access.Role;
import io.rebalancer.core.access.Session;
import io.rebalancer.core.access.TokenRefusal;
import io.rebalancer.core.agent.CopyGate;
import io.rebalancer.core.agent.CopyLimits;
import io.rebalancer.core.agent.LimitsChange;
import io.rebalancer.core.agent.TaskResult;
import io.rebalancer.core.assignment.Assignment;
import io.rebalancer.core.assignment.CopyTask;
import io.rebalancer.core.assignment.FencingToken;
import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.assignment.UnmovedRecord;
import io.rebalancer.core.audit.AuditActor;
import io.rebalancer.core.audit.AuditFact;
import io.rebalancer.core.audit.AuditHead;
import io.rebalancer.core.estimate.MeasuredPass;
import io.rebalancer.core.estimate.MeasuredRate;
import io.rebalancer.core.estimate.PassEstimate;
import io.rebalancer.core.evacuate.AssignmentState;
import io.rebalancer.core.evacuate.Decision;
import io.rebalancer.core.evacuate.EndEstimate;
import io.rebalancer.core.evacuate.JobEvent;
import io.rebalancer.core.evacuate.JobState;
import io.rebalancer.core.evacuate.JobWait;
import io.rebalancer.core.evacuate.PassScope;
import io.rebalancer.core.evacuate.RetrySelection;
import io.rebalancer.core.evacuate.ScanPosition;
import io.rebalancer.core.evacuate.VerificationProgress;
import io.rebalancer.core.explain.ObjectInFlight;
import io.rebalancer.core.explain.StageRates;
import io.rebalancer.core.inventory.ContentFacts;
import io.rebalancer.core.inventory.CopyFacts;
import io.rebalancer.core.inventory.CopyKey;
import io.rebalancer.core.inventory.Coverage;
import io.rebalancer.core.inventory.InventoryEntry;
import io.rebalancer.core.inventory.InventoryStatus;
import io.rebalancer.core.inventory.KeyRange;
import io.rebalancer.core.inventory.RangeDigest;
import io.rebalancer.core.inventory.Unmanaged;
import io.rebalancer.core.object.ContentMd5;
import io.rebalancer.core.object.CopyLocation;
import io.rebalancer.core.object.RecordRef;
import io.rebalancer.core.object.StorageNodeId;
import io.rebalancer.core.plan.DestinationShare;
import io.rebalancer.core.plan.DurationBand;
import io.rebalancer.core.plan.PlanList;
import io.rebalancer.core.plan.PlanOrder;
import io.rebalancer.core.plan.PlanProgress;
import io.rebalancer.core.plan.PlanRefusal;
import io.rebalancer.core.plan.PlanReport;
import io.rebalancer.core.plan.PlannedMoves;
import io.rebalancer.core.plan.Scenario;
import io.rebalancer.core.plan.ShardShare;
import io.rebalancer.core.plan.UnmovableRecords;
import io.rebalancer.core.port.AgentControl;
import io.rebalancer.core.port.HeldAssignments;
import io.rebalancer.core.port.NodeInventory;
import io.rebalancer.core.reconcile.AbortReason;
import io.rebalancer.core.reconcile.PurgeOrder;
import io.rebalancer.core.reconcile.QuarantineOrder;
import io.rebalancer.core.reconcile.QuarantinedCopy;
import io.rebalancer.core.reconcile.RecurringRuns;
import io.rebalancer.core.reconcile.Repair;
import io.rebalancer.core.reconcile.RepairOrder;
import io.rebalancer.core.reconcile.RepairScope;
import io.rebalancer.core.reconcile.RunEvent;
import io.rebalancer.core.reconcile.RunMode;
import io.rebalancer.core.reconcile.RunOrder;
import io.rebalancer.core.reconcile.RunPhase;
import io.rebalancer.core.reconcile.RunState;
import io.rebalancer.core.reconcile.RunToken;
import io.rebalancer.core.reconcile.ScheduleStatus;
import io.rebalancer.core.registry.NodeStatus;
import io.rebalancer.core.registry.RegisteredJob;
import io.rebalancer.core.registry.ServiceState;
import io.rebalancer.core.settings.Choices;
import io.rebalancer.core.settings.Configured;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingRules;
import io.rebalancer.core.settings.SettingsChange;
import io.rebalancer.core.settings.SettingsReport;
import io.rebalancer.core.settings.WeeklyRange;
import io.rebalancer.core.settings.WeightTotals;
import io.rebalancer.core.settings.Window;
import io.rebalancer.core.storage.DestinationFault;
import io.rebalancer.core.storage.JobPromise;
import io.rebalancer.core.storage.LeaseDecision;
import io.rebalancer.core.storage.NodePromise;
import io.rebalancer.core.storage.Penalty;
import io.rebalancer.core.storage.PenaltyCause;
import io.rebalancer.core.storage.PenaltyReport;
import io.rebalancer.core.storage.SpaceLease;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneId;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;
import java.util.OptionalLong;
import java.util.Set;
import java.util.UUID;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.apache.pekko.actor.testkit.typed.javadsl.ActorTestKit;
import org.apache.pekko.actor.testkit.typed.javadsl.TestProbe;

/** A sample of each message between members, and large ones. */
final class WireSamples {
    static final UUID ID = new UUID(1, 2);
    static final StorageNodeId NODE = new StorageNodeId("1.stor.example.com");
    static final CopyLocation LOCATION = new CopyLocation("dc1", NODE);
    static final RecordRef REF = new RecordRef(1, "/owner/stor/naïve-日本-😀 \"q\"");
    static final UnmovedRecord EXCEPTION =
            new UnmovedRecord(REF, UnmovedRecord.Kind.FAILED, Reason.MD5_MISMATCH, "wrong bytes");
    static final FencingToken TOKEN = new FencingToken(ID, 2);
    static final SpaceLease LEASE = new SpaceLease(ID, NODE, 1);
    static final Penalty PENALTY = new Penalty(
            NODE, PenaltyCause.REFUSED, 2, Instant.EPOCH, Instant.EPOCH.plusSeconds(60), "no such directory");
    static final Assignment ASSIGNMENT = new Assignment(
            ID,
            LOCATION,
            List.of(new CopyTask(
                    REF, ID, ID, Long.MAX_VALUE, new ContentMd5("XUFAKrxLKna5cZ2REBfFkg=="), List.of(NODE))));

    static final RunToken RUN = new RunToken(ID, 7, 2);
    static final CopyKey COPY = new CopyKey(ID, new UUID(3, 4));
    static final QuarantinedCopy ITEM = new QuarantinedCopy(
            ID.toString(), COPY.toString(), Optional.of(COPY), "orphan", Instant.EPOCH, 5, Optional.of(ID));

    static final CopyLimits LIMITS = new CopyLimits(0, 1L << 40, 32, 16, 1024, 95);
    static final AgentControl.AgentStatus STATUS = new AgentControl.AgentStatus(
            NODE.text(),
            "flushed",
            CopyGate.OPEN,
            LIMITS,
            8,
            3,
            2,
            1,
            1L << 50,
            List.of(new AgentControl.Source(NODE.text(), 3, 2, 1, true)),
            7);

    static final VerificationProgress PROGRESS = new VerificationProgress(8, 3, 1_000_000, 2);
    static final JobWait WAIT =
            new JobWait(JobWait.Cause.METADATA_SHARD, Instant.EPOCH, Optional.empty(), "shard 7 is silent");

    static final SettingsChange CHANGE = new SettingsChange(
            Map.of(SettingName.BYTES_PER_SECOND, 1_000_000L),
            Set.of(SettingName.COMMIT_PARALLELISM),
            Optional.of(new Window(
                    ZoneId.of("Europe/Berlin"),
                    List.of(WeeklyRange.parse("mon-fri 20:00-06:00")),
                    Set.of(LocalDate.of(2026, 12, 24)))),
            false);
    static final RetrySelection SELECTION = new RetrySelection(ID, 7, Set.of(Reason.MD5_MISMATCH, Reason.AGENT_BUSY));
    static final Choices CHOICES = Choices.NONE.after(CHANGE, "http 127.0.0.1", Instant.EPOCH);

    static final ScheduleStatus SCHEDULE = new ScheduleStatus(
            "0 1 * * *",
            "Europe/Berlin",
            RunMode.PLAN,
            true,
            Set.of(Repair.COPY_AGAIN),
            Optional.of(Instant.EPOCH),
            Optional.of(new ScheduleStatus.Idle(ScheduleStatus.IdleReason.FLEET_UNKNOWN, "storinfo is down")),
            Optional.of(new RecurringRuns.ScheduledRun(
                    ID,
                    Instant.EPOCH,
                    Instant.EPOCH,
                    2,
                    Optional.of(new RecurringRuns.End(
                            RunPhase.ABORTED, Optional.of(AbortReason.DEADLINE), "too long", Instant.EPOCH)),
                    Optional.of(new RecurringRuns.Act(Optional.of(ID), "")))),
            Optional.of(new RecurringRuns.SkippedTime(Instant.EPOCH, "an earlier run works")));
    static final RunOrder RUN_ORDER = new RunOrder(
            ID, 3, RunMode.PLAN, List.of(NODE), Optional.empty(), "ann", Map.of(NODE, "3f0c"), false, Optional.empty());

    private WireSamples() {}

    static InventoryStatus inventoryStatus(int size) {
        return new InventoryStatus(
                ID,
                InventoryStatus.State.READY,
                ID.toString(),
                Instant.EPOCH,
                Instant.EPOCH.plusSeconds(5),
                new Coverage(
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        Map.of(Unmanaged.V2_OBJECT, Long.MAX_VALUE),
                        Collections.nCopies(size, KeyRange.ofOwner(ID)),
                        Long.MAX_VALUE,
                        Collections.nCopies(Math.min(size, Coverage.MAX_SAMPLE), "f".repeat(1000))),
                "");
    }

    /** One or more samples of each message. Its references are probes of {@code kit}. */
    static List<WireMessage> all(ActorTestKit kit) {
        TestProbe<JobMessage.JobReply> jobReply = kit.createTestProbe();
        TestProbe<AgentMessage.ClockReported> clockReply = kit.createTestProbe();
        TestProbe<AgentMessage.OperatorReply> operator = kit.createTestProbe();
        TestProbe<InventoryMessage.Reply> inventory = kit.createTestProbe();
        TestProbe<RegistryMessage.RegistryReply> registryReply = kit.createTestProbe();
        TestProbe<JobMessage.InFlightTo> inFlight = kit.createTestProbe();
        TestProbe<FleetSettingsMessage.FleetSettingsAre> fleetReply = kit.createTestProbe();
        TestProbe<TokenMessage.TokenReply> tokenReply = kit.createTestProbe();
        NewToken token = new NewToken(ID, "ci", Role.OPERATOR, "00", Instant.EPOCH);
        TestProbe<RegistryMessage.NodesOutOfService> watcher = kit.createTestProbe();
        NodeStatus status = new NodeStatus(NODE, ServiceState.DRAINED, ID, Instant.EPOCH);
        TestProbe<AuditMessage.AuditReply> auditReply = kit.createTestProbe();
        AuditFact fact = AuditFact.requested(
                ID, AuditActor.http("127.0.0.1"), "job.create", NODE.text(), Map.of("maxObjects", "5"));
        TestProbe<PlanMessage.PlanReply> planReply = kit.createTestProbe();
        PlanReport plan = plan(2);
        TestProbe<ReconcileMessage.RunReply> runReply = kit.createTestProbe();
        TestProbe<ScheduleMessage.ScheduleReply> scheduleReply = kit.createTestProbe();
        TestProbe<ScheduleMessage.ScheduleReported> scheduleReport = kit.createTestProbe();
        TestProbe<SpaceMessage.SpaceReply> spaceReply = kit.createTestProbe();
        TestProbe<SpaceMessage.BrokerReply> brokerReply = kit.createTestProbe();
        TestProbe<SpaceMessage.Penalties> penalties = kit.createTestProbe();
        TestProbe<SpaceMessage.PromisesTo> promises = kit.createTestProbe();
        JobState state = JobState.EMPTY
                .apply(new JobEvent.JobCreated(LOCATION, 0, Instant.EPOCH))
                .apply(new JobEvent.PassStarted(1, Instant.EPOCH, PassScope.ALL_RECORDS))
                .apply(new JobEvent.AssignmentPlanned(ASSIGNMENT, Map.of(1, ScanPosition.START)));
        return List.of(
                new SignedOrder(new byte[] {1}, NODE, Instant.MAX, "a", new byte[] {2, -1}, new byte[] {3}),
                new AgentMessage.Assign(new FencingToken(ID, 2), ASSIGNMENT),
                new AgentMessage.Release(new FencingToken(ID, 2), ID, List.of(ID)),
                new AgentMessage.PauseJob(new FencingToken(ID, 2)),
                AgentMessage.Wake.INSTANCE,
                new AgentMessage.AskClock(clockReply.getRef()),
                new AgentMessage.ClockReported(LOCATION.storageNode(), Instant.EPOCH),
                new AgentMessage.AskStatus(operator.getRef()),
                new AgentMessage.ChangeLimits(
                        new LimitsChange(
                                OptionalLong.of(1L << 40),
                                OptionalLong.empty(),
                                OptionalInt.of(3),
                                OptionalInt.empty(),
                                OptionalLong.of(0),
                                OptionalInt.empty()),
                        operator.getRef()),
                new AgentMessage.SetGate(CopyGate.NO_NEW, operator.getRef()),
                new AgentMessage.ListHeld(Optional.of(ID), 1000, operator.getRef()),
                new AgentMessage.DropHeld(ID, true, operator.getRef()),
                new AgentMessage.StatusReported(STATUS),
                new AgentMessage.LimitsChanged(LIMITS),
                new AgentMessage.LimitsRefused("parallelFetches must be 1 to 256"),
                new AgentMessage.GateSet(new AgentControl.GateStatus(CopyGate.STOPPED, false, 3)),
                new AgentMessage.HeldListed(
                        new HeldAssignments.HeldPage(List.of(new HeldAssignments.Line(ID, ID, 3, 2, 1)), true)),
                new AgentMessage.DropDecided(HeldAssignments.Drop.IN_PROGRESS),
                new AgentMessage.RequestFailed("the disk is full"),
                new InventoryMessage.Begin(RUN, inventory.getRef()),
                new InventoryMessage.AskStatus(ID, inventory.getRef()),
                new InventoryMessage.CompareDigests(
                        ID, Optional.of(COPY), List.of(new RangeDigest(CopyKey.LAST, 5, -7)), inventory.getRef()),
                new InventoryMessage.ReadEntries(ID, KeyRange.ofOwner(ID), 8192, inventory.getRef()),
                new InventoryMessage.Drop(ID, inventory.getRef()),
                new InventoryMessage.Look(List.of(COPY), inventory.getRef()),
                new InventoryMessage.ReadContents(List.of(COPY), inventory.getRef()),
                new InventoryMessage.Repair(new RepairOrder(RUN, NODE, ASSIGNMENT), inventory.getRef()),
                new InventoryMessage.Quarantine(
                        new QuarantineOrder(RUN, 3, List.of(new QuarantineOrder.File(COPY, 5, 6, 7))),
                        inventory.getRef()),
                new InventoryMessage.ListQuarantine(Optional.of("id"), 1000, inventory.getRef()),
                new InventoryMessage.Restore("id", inventory.getRef()),
                new InventoryMessage.Purge(new PurgeOrder(RUN, List.of("id"), Instant.EPOCH), inventory.getRef()),
                new InventoryMessage.StatusReported(inventoryStatus(2)),
                new InventoryMessage.DigestsCompared(List.of(0, 8191)),
                new InventoryMessage.EntriesRead(
                        EntryFrames.encode(List.of(new InventoryEntry(COPY, 5, 6, 7, true))), true),
                new InventoryMessage.Dropped(ID),
                new InventoryMessage.Looked(List.of(new CopyFacts(COPY, CopyFacts.Presence.IN_USE, 5, 6, 7))),
                new InventoryMessage.ContentsRead(List.of(
                        new ContentFacts(COPY, 5, Optional.of(new ContentMd5("XUFAKrxLKna5cZ2REBfFkg==")), ""),
                        new ContentFacts(COPY, 0, Optional.empty(), "no such file"))),
                new InventoryMessage.RepairReported(new NodeInventory.RepairProgress(
                        List.of(
                                new TaskResult(ID, Optional.empty(), "", true, 5),
                                new TaskResult(ID, Optional.of(Reason.UNRECOVERABLE), "404", false, 0)),
                        98)),
                new InventoryMessage.Quarantined(List.of(QuarantineOrder.Result.values())),
                new InventoryMessage.QuarantineListed(new NodeInventory.QuarantinePage(List.of(ITEM), true)),
                new InventoryMessage.RestoreDecided(NodeInventory.Restore.NAME_TAKEN),
                new InventoryMessage.Purged(List.of("id")),
                new InventoryMessage.Fenced(RUN),
                new InventoryMessage.NoInventory("it is being listed"),
                new InventoryMessage.Failed("the disk is full"),
                new JobMessage.CreateJob(LOCATION, 5, jobReply.getRef()),
                new JobMessage.CreateRetry(LOCATION, SELECTION, jobReply.getRef()),
                new JobMessage.GetJob(jobReply.getRef()),
                new JobMessage.AskProgress(List.of(ID), jobReply.getRef()),
                new JobMessage.ProgressReported(
                        List.of(new ObjectInFlight(
                                ID, ID, LOCATION, AssignmentState.ACCEPTED, Optional.of(Instant.EPOCH))),
                        new StageRates(60, 5, 4, 3, 2),
                        24,
                        Optional.of(new MeasuredPass(
                                new PassEstimate(
                                        Optional.of(Instant.EPOCH),
                                        Optional.of(Instant.EPOCH),
                                        Optional.of(25),
                                        "measured over 60 s"),
                                new MeasuredRate(60, 100, 5000, 0.25),
                                List.of(new EndEstimate(
                                        Instant.EPOCH,
                                        25,
                                        Instant.EPOCH,
                                        Instant.EPOCH,
                                        Optional.of(Instant.EPOCH)))))),
                new JobMessage.SetCommitParallelism(30, jobReply.getRef()),
                new JobMessage.GetSettings(jobReply.getRef()),
                new JobMessage.ChangeSettings(CHANGE, "http 127.0.0.1", jobReply.getRef()),
                new JobMessage.JobSettings(new SettingsReport(
                        SettingRules.effective(
                                new Configured(Map.of(), Set.of()), CHOICES, CHOICES, new WeightTotals(3, 2)),
                        CHOICES.window(),
                        CHOICES.window())),
                new FleetSettingsMessage.ChangeFleetSettings(CHANGE, "http 127.0.0.1", fleetReply.getRef()),
                new FleetSettingsMessage.GetFleetSettings(fleetReply.getRef()),
                new FleetSettingsMessage.WatchFleetSettings(-1, fleetReply.getRef()),
                new FleetSettingsMessage.FleetSettingsAre(3, CHOICES),
                new TokenMessage.IssueToken(token, true, "admin", tokenReply.getRef()),
                new TokenMessage.RevokeToken(ID, "admin", tokenReply.getRef()),
                new TokenMessage.NoteTokenUse(ID, LocalDate.of(2026, 11, 27)),
                new TokenMessage.TokenStored(
                        new IssuedToken(
                                token,
                                Instant.EPOCH,
                                "admin",
                                Optional.of(Instant.EPOCH),
                                Optional.of(LocalDate.of(2026, 11, 27))),
                        4),
                new TokenMessage.TokenOrderRefused(new TokenRefusal(TokenRefusal.Code.TOKEN_NOT_FOUND, "no token")),
                new SessionEntry(new Session(
                        "ab", "ann", Role.VIEWER, Optional.of(ID), Optional.of("cd"), Instant.EPOCH, Instant.EPOCH)),
                new JobMessage.CancelJob(jobReply.getRef()),
                new JobMessage.PauseJob(jobReply.getRef()),
                new JobMessage.ResumeJob(jobReply.getRef()),
                new JobMessage.RetryExceptions(Set.of(Reason.MD5_MISMATCH, Reason.AGENT_BUSY), jobReply.getRef()),
                new JobMessage.PauseConfirmed(NODE, 2),
                new JobMessage.AssignmentAccepted(ID, 3),
                new JobMessage.ReleaseAcknowledged(ID),
                new JobMessage.AskInFlightTo(NODE, inFlight.getRef()),
                new JobMessage.InFlightTo(ID, 2, true),
                new JobMessage.AssignmentRefused(ID, Reason.AGENT_BUSY, "busy"),
                new JobMessage.OrderFenced(ID, NODE, 7),
                new JobMessage.CopiesReported(ID, NODE, List.of(EXCEPTION)),
                new JobMessage.JobStands(7, state.outline(), List.of(WAIT), Optional.of(PROGRESS)),
                new JobMessage.JobRefusal(Decision.Code.JOB_NOT_FOUND, "no such job"),
                new RegistryMessage.RegisterJob(ID, LOCATION, 5, registryReply.getRef()),
                new RegistryMessage.RegisterRetry(ID, LOCATION, SELECTION, registryReply.getRef()),
                new RegistryMessage.ListJobs(registryReply.getRef()),
                new RegistryMessage.JobEnded(ID, true, false),
                new RegistryMessage.WatchNodes(-1, watcher.getRef()),
                new RegistryMessage.RecommissionNode(NODE, registryReply.getRef()),
                new RegistryMessage.ExcludeNode(NODE, registryReply.getRef()),
                new RegistryMessage.RemoveNode(NODE, registryReply.getRef()),
                new RegistryMessage.NodeChanged(NODE),
                new RegistryMessage.NodeRefused(NODE, "a job empties it"),
                new RegistryMessage.NodesOutOfService(
                        7,
                        List.of(status, new NodeStatus(NODE, ServiceState.EXCLUDED, Optional.empty(), Instant.EPOCH))),
                new RegistryMessage.JobRegistered(ID),
                new RegistryMessage.NodeAlreadyLeaving(ID),
                new RegistryMessage.Jobs(List.of(new RegisteredJob(ID, LOCATION, 5, Instant.EPOCH, true, false))),
                new AuditMessage.Append(fact, auditReply.getRef()),
                new AuditMessage.GetLast(auditReply.getRef()),
                new AuditMessage.Appended(ID, 7),
                new AuditMessage.Last(AuditHead.START),
                new PlanMessage.CreatePlan(ID, plan.order(), planReply.getRef()),
                new PlanMessage.ListPlans(planReply.getRef()),
                new PlanMessage.GetPlan(ID, planReply.getRef()),
                new PlanMessage.DeletePlan(ID, planReply.getRef()),
                new PlanMessage.CheckPlan(ID, LOCATION, 5, planReply.getRef()),
                new PlanMessage.PlanAccepted(ID),
                new PlanMessage.Plans(new PlanList(Instant.EPOCH, List.of(plan.summary()))),
                new PlanMessage.PlanFound(plan),
                new PlanMessage.PlanRefused(
                        ID,
                        new PlanRefusal(
                                PlanRefusal.Code.PLAN_OUTDATED, "the fleet has changed", List.of("less space"))),
                new ReconcileMessage.CreateRun(RUN_ORDER, runReply.getRef()),
                new ReconcileMessage.GetRun(runReply.getRef()),
                new ReconcileMessage.CancelRun("cancelled by ann", runReply.getRef()),
                new ReconcileMessage.ForgetRun(Instant.EPOCH, runReply.getRef()),
                new ReconcileMessage.RunFound(
                        RunState.EMPTY.apply(new RunEvent.RunCreated(RUN_ORDER, Instant.EPOCH)), 1, "reads records"),
                new ScheduleMessage.RegisterRun(
                        ID,
                        RunMode.ACT,
                        List.of(NODE),
                        "ann",
                        true,
                        true,
                        Optional.of(ID),
                        Optional.of(new RepairScope(Set.of(Repair.ADD_COPY), List.of(NODE), Instant.EPOCH)),
                        scheduleReply.getRef()),
                new ScheduleMessage.RunEnded(ID, Map.of(NODE, "3f0c")),
                new ScheduleMessage.AskSchedule(scheduleReport.getRef()),
                new ScheduleMessage.ScheduleReported(SCHEDULE, Set.of(ID)),
                new ScheduleMessage.RunRegistered(ID),
                new ScheduleMessage.NodeBusy(ID, NODE),
                new SpaceMessage.RequestLease(TOKEN, LEASE, 2, brokerReply.getRef()),
                new SpaceMessage.AnnounceLeases(TOKEN, List.of(LEASE), List.of(ID), brokerReply.getRef()),
                new SpaceMessage.AnnounceWeight(TOKEN, 3, brokerReply.getRef()),
                new SpaceMessage.WeightsOfJobs(TOKEN, new WeightTotals(7, 4)),
                new SpaceMessage.ReturnLease(TOKEN, ID),
                new SpaceMessage.ReportDestination(TOKEN, NODE, Optional.empty()),
                new SpaceMessage.ReportDestination(
                        TOKEN, NODE, Optional.of(new DestinationFault(PenaltyCause.COPIES_FAILED, "disk"))),
                new SpaceMessage.GetPenalties(penalties.getRef()),
                new SpaceMessage.LeaseDecided(TOKEN, ID, NODE, LeaseDecision.LEARNING, 5),
                new SpaceMessage.SpaceStatus(TOKEN, List.of(new NodePromise(NODE, 5, 1)), List.of(PENALTY)),
                new SpaceMessage.GetPromisesTo(NODE, promises.getRef()),
                new SpaceMessage.PromisesTo(NODE, List.of(new JobPromise(ID, 3, 1L << 40))),
                new SpaceMessage.Penalties(List.of(
                        new PenaltyReport(PENALTY, Optional.of(3)), new PenaltyReport(PENALTY, Optional.empty()))),
                new SpaceMessage.Lease(ID, NODE, 1, 2, spaceReply.getRef()),
                new SpaceMessage.Hold(ID, NODE, 1),
                new SpaceMessage.Return(ID),
                new SpaceMessage.SpaceReply(ID, NODE, true, 5));
    }

    /** A plan of {@code size} destinations, shards and reasons, as far as there are so many. */
    static PlanReport plan(int size) {
        List<DestinationShare> destinations = IntStream.range(0, size)
                .mapToObj(each -> new DestinationShare(
                        new CopyLocation("us-east-" + each, new StorageNodeId(each + ".stor.us-east.example.com")),
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        Long.MAX_VALUE,
                        each % 2 == 0
                                ? Optional.of(new DestinationShare.Fill(10, 90, Long.MAX_VALUE))
                                : Optional.empty()))
                .toList();
        List<ShardShare> shards = IntStream.range(0, size)
                .mapToObj(each -> new ShardShare(each, Long.MAX_VALUE))
                .toList();
        UnmovedRecord example =
                new UnmovedRecord(REF, UnmovedRecord.Kind.SKIPPED, Reason.NO_DESTINATION, "d".repeat(2000));
        List<UnmovableRecords> unmovable = Stream.of(Reason.values())
                .limit(size)
                .map(reason -> new UnmovableRecords(reason, 5, Collections.nCopies(5, example)))
                .toList();
        return new PlanReport(
                ID,
                new PlanOrder(
                        List.of(LOCATION),
                        5,
                        new Scenario(
                                Set.of("dc2"), OptionalInt.of(80), OptionalLong.of(Long.MIN_VALUE), CHANGE.window())),
                Instant.EPOCH,
                Optional.of(Instant.EPOCH),
                Optional.of(Instant.EPOCH.plusSeconds(60)),
                new PlanProgress(
                        PlanProgress.State.READY,
                        new PlannedMoves(9, 8, 7, 6, 5, 4, destinations, 3, shards),
                        unmovable,
                        OptionalLong.of(Long.MAX_VALUE),
                        "a note"),
                new DurationBand(Optional.of(Duration.ofSeconds(5)), Optional.of(Duration.ofDays(2)), "2 jobs"));
    }
}
