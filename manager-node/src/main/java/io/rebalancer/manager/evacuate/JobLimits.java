package io.rebalancer.manager.evacuate;

import io.rebalancer.cluster.settings.EvacuateSettings;
import io.rebalancer.core.settings.Choices;
import io.rebalancer.core.settings.ChosenWindow;
import io.rebalancer.core.settings.EffectiveSetting;
import io.rebalancer.core.settings.SettingName;
import io.rebalancer.core.settings.SettingRules;
import io.rebalancer.core.settings.SettingsReport;
import io.rebalancer.core.settings.WeightTotals;
import io.rebalancer.core.settings.Window;
import io.rebalancer.manager.evacuate.planning.LiveLimits;
import io.rebalancer.manager.evacuate.planning.PassLimits;
import io.rebalancer.manager.settings.CurrentFleetSettings;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.IntSupplier;
import java.util.function.Supplier;
import java.util.stream.Stream;

/**
 * The settings that hold for a job now: those of the file, what operators chose for the job and for the fleet, and the job's
 * share. Thread-safe, because the job and its children read it.
 */
final class JobLimits implements LiveLimits {
    private final Supplier<EvacuateSettings> settings;
    private final CurrentFleetSettings fleet;
    private final IntSupplier callsAllowed;
    private volatile Choices job = Choices.NONE;
    private volatile WeightTotals weights = WeightTotals.UNKNOWN;
    private volatile Optional<Resolved> resolved = Optional.empty();

    /** Limits, and what they were resolved from. */
    private record Resolved(
            EvacuateSettings settings, Choices fleet, Choices job, WeightTotals weights, PassLimits limits) {

        /** Compares identities, because planning asks for each object; all of these are replaced when they change. */
        @SuppressWarnings("ReferenceEquality")
        boolean isOf(EvacuateSettings nowSettings, Choices nowFleet, Choices nowJob, WeightTotals nowWeights) {
            return settings == nowSettings && fleet == nowFleet && job == nowJob && weights == nowWeights;
        }
    }

    /** @param callsAllowed metadata calls that all shards together take at a time now */
    JobLimits(Supplier<EvacuateSettings> settings, CurrentFleetSettings fleet, IntSupplier callsAllowed) {
        this.settings = settings;
        this.fleet = fleet;
        this.callsAllowed = callsAllowed;
    }

    /** What operators chose for the job. */
    void setChoices(Choices chosen) {
        job = chosen;
    }

    @Override
    public void learnWeights(WeightTotals known) {
        weights = known;
    }

    @Override
    public PassLimits now() {
        EvacuateSettings nowSettings = settings.get();
        Choices nowFleet = fleet.choices();
        Choices nowJob = job;
        WeightTotals nowWeights = weights;
        Optional<Resolved> last = resolved;
        if (last.isPresent() && last.get().isOf(nowSettings, nowFleet, nowJob, nowWeights)) {
            return last.get().limits();
        }
        PassLimits limits = resolve();
        resolved = Optional.of(new Resolved(nowSettings, nowFleet, nowJob, nowWeights, limits));
        return limits;
    }

    private PassLimits resolve() {
        return new PassLimits(
                Math.toIntExact(limit(SettingName.ASSIGNMENTS_IN_FLIGHT)
                        .orElse((long) settings.get().maxAssignmentsInFlight())),
                limit(SettingName.BYTES_PER_SECOND).orElse(0L),
                limit(SettingName.SCAN_ROWS_PER_SECOND).orElse(0L),
                SettingRules.weight(job));
    }

    /** Metadata records that are swapped at a time. */
    int commitParallelism() {
        return Math.toIntExact(limit(SettingName.COMMIT_PARALLELISM)
                .orElse((long) settings.get().commit().parallelism()));
    }

    /** Assignments that an agent may have at a time. */
    int assignmentsPerAgent() {
        return Math.toIntExact(limit(SettingName.ASSIGNMENTS_PER_AGENT).orElse((long) Integer.MAX_VALUE));
    }

    private Optional<Long> limit(SettingName name) {
        return effective(name).value();
    }

    private EffectiveSetting effective(SettingName name) {
        return SettingRules.effective(name, settings.get().configured(), fleet.choices(), job, weights);
    }

    /** Whether the settings of the fleet are known. */
    boolean areKnown() {
        return fleet.isKnown();
    }

    /** The window that is closed; empty if the job may work. */
    Optional<ChosenWindow> closedWindow(Instant now) {
        return SettingRules.closedWindow(fleet.choices(), job, now);
    }

    /** The windows in which the job may work; it works while all of them are open. */
    List<Window> windows() {
        return Stream.of(fleet.choices().window(), job.window())
                .flatMap(Optional::stream)
                .map(ChosenWindow::window)
                .toList();
    }

    /** Which settings hold, and why. */
    SettingsReport report(Instant now) {
        Optional<ChosenWindow> closed = closedWindow(now);
        List<EffectiveSetting> all =
                SettingRules.effective(settings.get().configured(), fleet.choices(), job, weights).stream()
                        .map(each -> switch (each.name()) {
                            case ASSIGNMENTS_IN_FLIGHT ->
                                closed.map(window -> outside(each.name(), window, now))
                                        .orElse(each);
                            case COMMIT_PARALLELISM -> SettingRules.adapt(each, callsAllowed.getAsInt());
                            default -> each;
                        })
                        .toList();
        return new SettingsReport(all, job.window(), fleet.choices().window());
    }

    private static EffectiveSetting outside(SettingName name, ChosenWindow closed, Instant now) {
        return new EffectiveSetting(
                name,
                Optional.of(0L),
                EffectiveSetting.Origin.WINDOW,
                Optional.of(closed.by()),
                Optional.of(closed.at()),
                Optional.of("the window " + closed.window().text() + " is closed"
                        + closed.window()
                                .nextChange(now)
                                .map(opens -> "; it opens at " + opens)
                                .orElse("")));
    }
}
