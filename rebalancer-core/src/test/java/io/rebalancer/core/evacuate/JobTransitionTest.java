package io.rebalancer.core.evacuate;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import io.rebalancer.core.assignment.Reason;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsChange;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;

/** The transition table is complete and true: the rules take each of its steps, and no other. */
class JobTransitionTest {
    private static final Path DIAGRAM = Path.of("../docs/job-states.mmd");
    private static final int DEPTH = 7;

    /** A change of phase, as a line of text. */
    private record Step(JobPhase from, String command, JobPhase to) {}

    @Test
    void theRulesTakeEveryStepOfTheTableAndNoOther() {
        Set<Step> table = Arrays.stream(JobTransition.values())
                .map(each -> new Step(each.from(), each.trigger().command(), each.to()))
                .collect(Collectors.toSet());
        assertThat(table).as("no step is listed twice").hasSize(JobTransition.values().length);
        assertThat(explore()).containsExactlyInAnyOrderElementsOf(table);
    }

    @Test
    void everyTriggerIsACommand() {
        Set<String> commands = Arrays.stream(JobCommand.class.getPermittedSubclasses())
                .map(Class::getSimpleName)
                .collect(Collectors.toSet());
        assertThat(commands)
                .containsAll(Arrays.stream(JobTransition.Trigger.values())
                        .map(JobTransition.Trigger::command)
                        .toList());
    }

    /** What an operator orders is carried out, has been carried out, or is refused with what is possible instead. */
    @Test
    void anActionWithoutAStepIsRefusedWithWhatIsPossible() {
        Map<JobTransition.Trigger, JobCommand> actions = Map.of(
                JobTransition.Trigger.PAUSE, new JobCommand.Pause(),
                JobTransition.Trigger.RESUME, new JobCommand.Resume(),
                JobTransition.Trigger.CANCEL, new JobCommand.Cancel());
        Map<JobTransition.Trigger, Set<JobPhase>> done = Map.of(
                JobTransition.Trigger.PAUSE, EnumSet.of(JobPhase.PAUSING, JobPhase.PAUSED),
                JobTransition.Trigger.RESUME,
                        EnumSet.of(
                                JobPhase.SETUP,
                                JobPhase.RUNNING,
                                JobPhase.STALLED,
                                JobPhase.WAITING,
                                JobPhase.VERIFYING),
                JobTransition.Trigger.CANCEL, EnumSet.of(JobPhase.CANCELLING, JobPhase.CANCELLED));
        Set<JobPhase> phases = EnumSet.noneOf(JobPhase.class);
        for (JobState job : reachable()) {
            actions.forEach((trigger, command) -> {
                phases.add(job.phase());
                boolean isStep = JobTransition.find(job.phase(), trigger).isPresent();
                boolean isDone = Objects.requireNonNull(done.get(trigger)).contains(job.phase());
                Decision decision = JobRules.decide(job, command, Samples.NOW);
                String what = job.phase() + " " + command;
                int events = decision.<Integer>fold(List::size, refused -> {
                    assertThat(refused.detail()).as(what).contains(job.phase().name());
                    JobTransition.actions(job.phase())
                            .forEach(action ->
                                    assertThat(refused.detail()).as(what).contains(action));
                    return -1;
                });
                assertThat(events > 0).as(what + " is carried out").isEqualTo(isStep);
                assertThat(events == 0).as(what + " has no effect").isEqualTo(isDone && !isStep);
            });
        }
        assertThat(phases).containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(EnumSet.of(JobPhase.NONE)));
    }

    /** It changes no phase, so the table does not have it. */
    @Test
    void aRetryOfExceptionsIsOrderedOnceOrRefusedWithWhatIsPossible() {
        JobCommand command = new JobCommand.RetryExceptions(Set.of(Reason.BAD_MANTA_OBJECT));
        Set<JobPhase> accepting = EnumSet.noneOf(JobPhase.class);
        Set<JobPhase> refusing = EnumSet.noneOf(JobPhase.class);
        for (JobState job : reachable()) {
            JobRules.decide(job, command, Samples.NOW)
                    .fold(
                            events -> {
                                accepting.add(job.phase());
                                assertThat(events).hasSize(1);
                                JobState ordered = carryOut(job, command);
                                assertThat(ordered.phase()).isEqualTo(job.phase());
                                assertThat(carryOut(ordered, command))
                                        .as("the order repeated")
                                        .isEqualTo(ordered);
                                JobState finished = carryOut(ordered, new JobCommand.FinishPass(Duration.ZERO));
                                boolean left = job.outcomes().unmoved().total() > 0;
                                assertThat(finished.phase().terminal() && left)
                                        .as("the job ends with exceptions")
                                        .isFalse();
                                return events;
                            },
                            refused -> {
                                refusing.add(job.phase());
                                assertThat(refused.detail())
                                        .contains(job.phase().name());
                                JobTransition.actions(job.phase())
                                        .forEach(action ->
                                                assertThat(refused.detail()).contains(action));
                                return List.of();
                            });
        }
        assertThat(accepting).containsExactlyInAnyOrder(JobPhase.RUNNING, JobPhase.STALLED, JobPhase.WAITING);
        assertThat(refusing)
                .containsExactlyInAnyOrderElementsOf(EnumSet.complementOf(
                        EnumSet.of(JobPhase.NONE, JobPhase.RUNNING, JobPhase.STALLED, JobPhase.WAITING)));
    }

    /** When the table has changed, this test writes the diagram and fails: look at the file, commit it, run again. */
    @Test
    void theDiagramInTheDocumentsIsDrawnFromTheTable() throws IOException {
        if (!Files.exists(DIAGRAM) || !Files.readString(DIAGRAM).equals(JobTransition.diagram())) {
            Files.writeString(DIAGRAM, JobTransition.diagram());
            fail(DIAGRAM + " was out of date and is drawn again: look at it, commit it, run again");
        }
    }

    /** Every event must change some state; an event that no part of the state knows would be lost silently. */
    @Test
    void everyEventChangesTheState() {
        Set<Class<?>> effective = new HashSet<>();
        Set<JobState> reached = new HashSet<>(Set.of(JobState.EMPTY));
        JobState state = JobState.EMPTY;
        for (JobEvent event : Samples.events()) {
            state = state.apply(event);
            reached.add(state);
        }
        for (JobState before : reached) {
            for (JobEvent event : Samples.events()) {
                if (!before.apply(event).equals(before)) {
                    effective.add(event.getClass());
                }
            }
        }
        assertThat(effective).containsExactlyInAnyOrder(JobEvent.class.getPermittedSubclasses());
    }

    private static Set<JobState> reachable() {
        Set<JobState> reached = explored(new HashSet<>());
        reached.remove(JobState.EMPTY);
        return reached;
    }

    private static Set<Step> explore() {
        Set<Step> steps = new HashSet<>();
        explored(steps);
        return steps;
    }

    private static Set<JobState> explored(Set<Step> steps) {
        Set<JobState> seen = new HashSet<>(Set.of(JobState.EMPTY));
        List<JobState> frontier = List.of(JobState.EMPTY);
        for (int depth = 0; depth < DEPTH; depth++) {
            List<JobState> next = new ArrayList<>();
            for (JobState before : frontier) {
                for (JobCommand command : commands()) {
                    JobState after = carryOut(before, command);
                    if (after.phase() != before.phase()) {
                        steps.add(new Step(before.phase(), command.getClass().getSimpleName(), after.phase()));
                    }
                    if (seen.add(after)) {
                        next.add(after);
                    }
                }
            }
            frontier = next;
        }
        return seen;
    }

    private static JobState carryOut(JobState job, JobCommand command) {
        JobState after = job;
        List<JobEvent> decided =
                JobRules.decide(job, command, Samples.NOW).fold(events -> events, refused -> List.<JobEvent>of());
        for (JobEvent event : decided) {
            after = after.apply(event);
        }
        return after;
    }

    private static List<JobCommand> commands() {
        return List.of(
                new JobCommand.Create(Samples.LEAVING, 0),
                new JobCommand.Create(Samples.LEAVING, 1),
                new JobCommand.TakeOver(),
                new JobCommand.OvertakeFence(3),
                new JobCommand.StartPass(PassScope.ALL_RECORDS),
                new JobCommand.Plan(Samples.assignment(1, 1), Map.of()),
                new JobCommand.ReportAccepted(Samples.assignmentId(1)),
                new JobCommand.ReportCopies(Samples.assignmentId(1), List.of()),
                new JobCommand.ReportCommit(
                        Samples.assignmentId(1), new SettledCounts(1, 0, 0, 0, 5), List.of(), List.of(), List.of()),
                new JobCommand.LoseAssignment(Samples.assignmentId(1), Reason.DESTINATION_UNREACHABLE, "no reply"),
                new JobCommand.Except(List.of(Samples.exception(2, Reason.BAD_MANTA_OBJECT)), Map.of()),
                new JobCommand.Except(List.of(Samples.exception(3, Reason.SOURCE_OTHER_ERROR)), Map.of()),
                new JobCommand.StartPass(PassScope.UNMOVED_RECORDS),
                new JobCommand.Advance(Map.of(1, ScanPosition.at(ScanColumn.IDX, 7))),
                new JobCommand.FinishPass(Duration.ofHours(1)),
                new JobCommand.FinishVerification(List.of(Samples.evidence(1, 0))),
                new JobCommand.FinishVerification(List.of(Samples.evidence(1, 3))),
                new JobCommand.FinishVerification(List.of(Samples.evidence(1, new VerifiedRows(10, 0, 0, 2, 0), true))),
                new JobCommand.FinishFailing(),
                new JobCommand.Pause(),
                new JobCommand.FinishPausing(Set.of(Samples.location(3).storageNode())),
                new JobCommand.Resume(),
                new JobCommand.Cancel(),
                new JobCommand.FinishCancelling(),
                new JobCommand.ReportReleased(List.of(Samples.assignmentId(1))),
                new JobCommand.OrphanCopies(Samples.assignmentId(1), "the agent can't discard copies"),
                new JobCommand.AbandonRelease(Samples.assignmentId(1), "the agent is gone"),
                new JobCommand.CloseWindow(),
                new JobCommand.OpenWindow(),
                new JobCommand.MarkStalled("no agent answers"),
                new JobCommand.MarkProgress(),
                new JobCommand.ChangeSettings(SettingsChange.of(SettingName.COMMIT_PARALLELISM, 7), "http 127.0.0.1"),
                new JobCommand.Fail("the metadata tier rejects the scan"));
    }
}
