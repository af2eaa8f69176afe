package io.rebalancer.core.settings;

/**
 * What operators chose for all jobs together.
 *
 * @param choices the settings and the window
 */
public record FleetSettingsState(Choices choices) {
    public static final FleetSettingsState EMPTY = new FleetSettingsState(Choices.NONE);

    /** The state after {@code event}. Accepts every event and has no side effects, because the journal replays it. */
    public FleetSettingsState apply(FleetSettingsEvent event) {
        return event instanceof FleetSettingsEvent.FleetSettingsChanged e
                ? new FleetSettingsState(choices.after(e.change(), e.by(), e.at()))
                : this;
    }
}
