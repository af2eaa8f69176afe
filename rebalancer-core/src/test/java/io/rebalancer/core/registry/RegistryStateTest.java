package io.rebalancer.core.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.evacuate.Samples;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

class RegistryStateTest {
    private static final UUID FIRST = Samples.uuid(1);
    private static final UUID SECOND = Samples.uuid(2);

    private static RegistryEvent registered(UUID id, int node) {
        return new RegistryEvent.JobRegistered(id, Samples.location(node), 0, Samples.NOW);
    }

    @Test
    void jobsAreListedNewestFirst() {
        RegistryState state = RegistryState.EMPTY.apply(registered(FIRST, 1)).apply(registered(SECOND, 2));
        assertThat(state.jobs()).extracting(RegisteredJob::id).containsExactly(SECOND, FIRST);
    }

    @Test
    void aNodeHasAnActiveJobUntilTheJobEnds() {
        RegistryState state = RegistryState.EMPTY.apply(registered(FIRST, 1));
        assertThat(state.activeOn(Samples.location(1).storageNode()))
                .map(RegisteredJob::id)
                .contains(FIRST);
        assertThat(state.activeOn(Samples.location(2).storageNode())).isEmpty();
        RegistryState ended = state.apply(new RegistryEvent.JobClosed(FIRST, true, Optional.empty()));
        assertThat(ended.activeOn(Samples.location(1).storageNode())).isEmpty();
        assertThat(ended.find(FIRST)).map(RegisteredJob::failed).contains(true);
        assertThat(ended.active()).isEmpty();
    }
}
