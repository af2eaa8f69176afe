package io.rebalancer.core.evacuate;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.settings.ChosenSetting;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingsChange;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** What operators choose for a job belongs to its state: it survives restarts, pauses and closed windows. */
class JobSettingsTest {
    private static final String WHO = "http 127.0.0.1";

    private JobState job = JobState.EMPTY;

    private Decision decide(JobCommand command) {
        return JobRules.decide(job, command, Samples.NOW);
    }

    private List<JobEvent> run(JobCommand command) {
        return decide(command)
                .fold(
                        events -> {
                            events.forEach(event -> job = job.apply(event));
                            return events;
                        },
                        refused -> {
                            throw new AssertionError(command + " refused: " + refused.detail());
                        });
    }

    private Optional<Decision.Code> refusal(JobCommand command) {
        return decide(command).fold(events -> Optional.empty(), refused -> Optional.of(refused.code()));
    }

    private void running() {
        run(new JobCommand.Create(Samples.LEAVING, 0));
        run(new JobCommand.StartPass(PassScope.ALL_RECORDS));
    }

    private static JobCommand set(SettingName name, long value) {
        return new JobCommand.ChangeSettings(SettingsChange.of(name, value), WHO);
    }

    @Test
    void aSettingKeepsWhoChoseItAndWhen() {
        running();
        run(set(SettingName.COMMIT_PARALLELISM, 250));
        assertThat(job.settings().find(SettingName.COMMIT_PARALLELISM))
                .contains(new ChosenSetting(250, WHO, Optional.of(Samples.NOW)));
        assertThat(run(set(SettingName.COMMIT_PARALLELISM, 250)))
                .as("the same value again")
                .isEmpty();
        assertThat(run(set(SettingName.COMMIT_PARALLELISM, 5))).hasSize(1);
    }

    @Test
    void aResetReturnsToTheConfiguredValue() {
        running();
        run(set(SettingName.WEIGHT, 4));
        JobCommand reset = new JobCommand.ChangeSettings(
                new SettingsChange(Map.of(), Set.of(SettingName.WEIGHT), Optional.empty(), false), WHO);
        run(reset);
        assertThat(job.settings().find(SettingName.WEIGHT)).isEmpty();
        assertThat(run(reset)).as("a second reset").isEmpty();
    }

    @Test
    void aWindowIsSetAndRemoved() {
        running();
        run(new JobCommand.ChangeSettings(Samples.settingsChange(), WHO));
        assertThat(job.settings().window()).isPresent();
        assertThat(run(new JobCommand.ChangeSettings(Samples.settingsChange(), WHO)))
                .as("the same again")
                .isEmpty();
        run(new JobCommand.ChangeSettings(new SettingsChange(Map.of(), Set.of(), Optional.empty(), true), WHO));
        assertThat(job.settings().window()).isEmpty();
        assertThat(job.settings().values()).as("other settings").hasSize(2);
    }

    @Test
    void settingsAreKeptOverPausesWindowsAndRestarts() {
        running();
        run(set(SettingName.BYTES_PER_SECOND, 1_000_000));
        for (JobCommand command : List.of(
                new JobCommand.Pause(),
                new JobCommand.FinishPausing(Set.of()),
                new JobCommand.Resume(),
                new JobCommand.CloseWindow(),
                new JobCommand.FinishPausing(Set.of()),
                new JobCommand.TakeOver(),
                new JobCommand.OpenWindow())) {
            run(command);
            assertThat(job.settings().values()).as("after " + command).containsKey(SettingName.BYTES_PER_SECOND);
        }
    }

    @Test
    void aJobThatEndsTakesNoSettings() {
        running();
        run(new JobCommand.Cancel());
        assertThat(refusal(set(SettingName.WEIGHT, 2))).contains(Decision.Code.JOB_NOT_RUNNING);
        run(new JobCommand.FinishCancelling());
        assertThat(refusal(set(SettingName.WEIGHT, 2))).contains(Decision.Code.JOB_NOT_RUNNING);
    }

    @Test
    void aWindowThatClosesHoldsTheJobUntilItOpens() {
        running();
        long epoch = job.epoch();
        run(new JobCommand.CloseWindow());
        assertThat(job.phase()).isEqualTo(JobPhase.CLOSING_WINDOW);
        assertThat(run(new JobCommand.CloseWindow())).as("closed again").isEmpty();
        run(new JobCommand.FinishPausing(Set.of()));
        assertThat(job.phase()).isEqualTo(JobPhase.WAITING_WINDOW);
        run(new JobCommand.OpenWindow());
        assertThat(job.phase()).isEqualTo(JobPhase.RUNNING);
        assertThat(job.epoch())
                .as("an order of before can't end the pause of an agent")
                .isEqualTo(epoch + 1);
        assertThat(run(new JobCommand.OpenWindow())).as("opened again").isEmpty();
    }

    @Test
    void anOperatorsPauseOutlastsTheWindow() {
        running();
        run(new JobCommand.CloseWindow());
        run(new JobCommand.FinishPausing(Set.of()));
        run(new JobCommand.Pause());
        assertThat(job.phase()).isEqualTo(JobPhase.PAUSED);
        assertThat(run(new JobCommand.OpenWindow())).isEmpty();
        assertThat(run(new JobCommand.CloseWindow())).isEmpty();
        run(new JobCommand.Resume());
        assertThat(job.phase()).as("where the window interrupted it").isEqualTo(JobPhase.RUNNING);
    }

    @Test
    void aJobOutsideItsWindowCanNotBeResumed() {
        running();
        run(new JobCommand.CloseWindow());
        run(new JobCommand.FinishPausing(Set.of()));
        assertThat(refusal(new JobCommand.Resume())).contains(Decision.Code.JOB_NOT_RUNNING);
    }

    @Test
    void aStalledJobStatesWhyUntilSomethingComesOfIt() {
        running();
        run(new JobCommand.MarkStalled("no agent answers"));
        assertThat(job.phase()).isEqualTo(JobPhase.STALLED);
        assertThat(job.reason()).isEqualTo("no agent answers");
        assertThat(run(new JobCommand.MarkStalled("no shard answers")))
                .as("once")
                .isEmpty();
        run(new JobCommand.Plan(Samples.assignment(1, 1), Map.of()));
        run(new JobCommand.MarkProgress());
        assertThat(job.phase()).isEqualTo(JobPhase.RUNNING);
        assertThat(job.reason()).isEmpty();
        assertThat(run(new JobCommand.MarkProgress()))
                .as("progress of a job that is not stalled")
                .isEmpty();
    }
}
