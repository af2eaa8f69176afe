package io.rebalancer.core.settings;

import io.rebalancer.core.settings.EffectiveSetting.Origin;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;

/** Which value of a setting holds for a job. The smallest limit holds, and the answer names what set it. */
public final class SettingRules {
    private static final long DEFAULT_WEIGHT = 1;

    private SettingRules() {}

    /** The weight of a job with these choices. */
    public static long weight(Choices job) {
        return job.find(SettingName.WEIGHT).map(ChosenSetting::value).orElse(DEFAULT_WEIGHT);
    }

    /**
     * The values that hold for a job.
     *
     * @param weights of all jobs that plan; less than this job's if they are not known
     */
    public static List<EffectiveSetting> effective(
            Configured configured, Choices fleet, Choices job, WeightTotals weights) {
        return Arrays.stream(SettingName.values())
                .map(name -> effective(name, configured, fleet, job, weights))
                .toList();
    }

    /** The value of one setting that holds for a job. */
    public static EffectiveSetting effective(
            SettingName name, Configured configured, Choices fleet, Choices job, WeightTotals weights) {
        EffectiveSetting own = job.find(name)
                .map(chosen -> of(name, chosen.value(), chosen))
                .orElseGet(() -> unchosen(name, configured));
        Optional<ChosenSetting> total = name.isFleetWide() ? fleet.find(name) : Optional.empty();
        EffectiveSetting clamped = total.map(
                        limit -> clamp(own, limit, weight(job), Math.max(weights.total(), weight(job))))
                .orElse(own);
        return name == SettingName.ASSIGNMENTS_IN_FLIGHT
                ? scale(clamped, own, weight(job), weights.heaviest())
                : clamped;
    }

    /**
     * Agents serve what they have in its order, so the jobs that they serve get shares in proportion to what they have in
     * flight: the heaviest job has what it may have, and the others in proportion to it.
     */
    private static EffectiveSetting scale(EffectiveSetting clamped, EffectiveSetting own, long weight, long heaviest) {
        if (heaviest <= weight || own.value().isEmpty()) {
            return clamped;
        }
        long scaled = Math.max(1, Math.round((double) own.value().get() * weight / heaviest));
        if (clamped.value().orElse(Long.MAX_VALUE) <= scaled) {
            return clamped;
        }
        return new EffectiveSetting(
                own.name(),
                Optional.of(scaled),
                own.origin(),
                own.setBy(),
                own.setAt(),
                Optional.of("this job has the weight " + weight + ", and the heaviest job at work has " + heaviest
                        + "; without it the value would be " + own.value().get()));
    }

    private static EffectiveSetting unchosen(SettingName name, Configured configured) {
        Optional<Long> value = name == SettingName.WEIGHT
                ? Optional.of(DEFAULT_WEIGHT)
                : Optional.ofNullable(configured.values().get(name));
        Origin origin = configured.inFile().contains(name) ? Origin.FILE : Origin.DEFAULT;
        return new EffectiveSetting(name, value, origin, Optional.empty(), Optional.empty(), Optional.empty());
    }

    private static EffectiveSetting of(SettingName name, long value, ChosenSetting chosen) {
        return new EffectiveSetting(
                name,
                Optional.of(value),
                Origin.API,
                Optional.of(chosen.by()).filter(by -> !by.isEmpty()),
                chosen.at(),
                Optional.empty());
    }

    /** Never below the smallest value, so that a job with a small weight makes progress. */
    private static EffectiveSetting clamp(EffectiveSetting own, ChosenSetting total, long weight, long totalWeight) {
        long share = Math.max(own.name().min(), Math.round((double) total.value() * weight / totalWeight));
        if (own.value().isPresent() && own.value().get() <= share) {
            return own;
        }
        EffectiveSetting clamped = of(own.name(), share, total);
        String why = "the fleet's limit is " + total.value() + " " + own.name().unit() + ", and this job has " + weight
                + " of " + totalWeight + " shares"
                + own.value()
                        .map(value -> "; without it the value would be " + value)
                        .orElse("");
        return new EffectiveSetting(
                clamped.name(), clamped.value(), clamped.origin(), clamped.setBy(), clamped.setAt(), Optional.of(why));
    }

    /** The commit parallelism of a job while the shards take fewer calls than it may make. */
    public static EffectiveSetting adapt(EffectiveSetting own, int callsAllowed) {
        if (own.value().filter(value -> value > callsAllowed).isEmpty()) {
            return own;
        }
        return new EffectiveSetting(
                own.name(),
                Optional.of((long) callsAllowed),
                Origin.ADAPTIVE,
                own.setBy(),
                own.setAt(),
                Optional.of("the metadata shards take " + callsAllowed
                        + " calls at a time now, fewer while they are slow or"
                        + " away; without that the value would be "
                        + own.value().orElseThrow()));
    }

    /**
     * Whether jobs may work at {@code now}: every window is open.
     *
     * @return empty if they may; otherwise the window that is closed
     */
    public static Optional<ChosenWindow> closedWindow(Choices fleet, Choices job, Instant now) {
        return fleet.window()
                .filter(each -> !each.window().isOpen(now))
                .or(() -> job.window().filter(each -> !each.window().isOpen(now)));
    }
}
