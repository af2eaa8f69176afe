package io.rebalancer.core.registry;

import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.core.evacuate.Samples;
import io.rebalancer.core.object.StorageNodeId;
import java.util.Optional;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** The life of a storage node, apart from the jobs that empty it. */
class NodeRulesTest {
    private static final UUID JOB = Samples.uuid(7);
    private static final StorageNodeId NODE = Samples.LEAVING.storageNode();

    private RegistryState registry = RegistryState.EMPTY;

    @Test
    void aNodeIsFencedFromTheCreationOfItsJobAndStaysSoWhenTheJobEnds() {
        assertThat(state()).isEqualTo(ServiceState.IN_SERVICE);
        register();
        assertThat(state()).isEqualTo(ServiceState.FENCED);
        close(false);
        assertThat(state()).isEqualTo(ServiceState.FENCED);
    }

    @Test
    void onlyAVerifiedEndDrainsANode() {
        register();
        close(true);
        assertThat(state()).isEqualTo(ServiceState.DRAINED);
        assertThat(registry.nodes().find(NODE).orElseThrow().jobId()).contains(JOB);
    }

    @Test
    void aJobThatAnEarlierBuildEndedDrainsNoNode() {
        register();
        registry = registry.apply(new RegistryEvent.JobClosed(JOB, false, Optional.empty()));
        assertThat(state()).isEqualTo(ServiceState.FENCED);
    }

    @Test
    void aNodeComesBackIntoServiceByAnOrderOnlyAndNotWhileAJobEmptiesIt() {
        register();
        assertThat(NodeRules.recommission(registry, NODE, Samples.NOW).refusal())
                .isPresent();
        close(true);
        carryOut(NodeRules.recommission(registry, NODE, Samples.NOW));
        assertThat(state()).isEqualTo(ServiceState.IN_SERVICE);
        assertThat(NodeRules.recommission(registry, NODE, Samples.NOW).events()).isEmpty();
    }

    @Test
    void onlyADrainedNodeIsRemoved() {
        assertThat(NodeRules.remove(registry, NODE, Samples.NOW).refusal()).isPresent();
        register();
        close(false);
        assertThat(NodeRules.remove(registry, NODE, Samples.NOW).refusal()).isPresent();
        registry = registry.apply(new RegistryEvent.JobRegistered(Samples.uuid(8), Samples.LEAVING, 0, Samples.NOW));
        registry = registry.apply(new RegistryEvent.JobClosed(
                Samples.uuid(8), false, Optional.of(new RegistryEvent.Closing(true, Samples.NOW))));
        carryOut(NodeRules.remove(registry, NODE, Samples.NOW));
        assertThat(state()).isEqualTo(ServiceState.REMOVED);
        assertThat(NodeRules.remove(registry, NODE, Samples.NOW).events()).isEmpty();
        carryOut(NodeRules.recommission(registry, NODE, Samples.NOW));
        assertThat(state()).isEqualTo(ServiceState.IN_SERVICE);
    }

    private ServiceState state() {
        return registry.nodes().stateOf(NODE);
    }

    @Test
    void anOperatorKeepsCopiesAwayFromANode() {
        carryOut(NodeRules.exclude(registry, NODE, Samples.NOW));
        assertThat(state()).isEqualTo(ServiceState.EXCLUDED);
        assertThat(registry.nodes().find(NODE).orElseThrow().text()).endsWith(", as an operator ordered");
        assertThat(NodeRules.exclude(registry, NODE, Samples.NOW).events()).isEmpty();
        assertThat(NodeRules.remove(registry, NODE, Samples.NOW).refusal()).isPresent();
        carryOut(NodeRules.recommission(registry, NODE, Samples.NOW));
        assertThat(state()).isEqualTo(ServiceState.IN_SERVICE);
    }

    @Test
    void anExcludedNodeCanBeEmptied() {
        carryOut(NodeRules.exclude(registry, NODE, Samples.NOW));
        register();
        assertThat(state()).isEqualTo(ServiceState.FENCED);
        assertThat(NodeRules.exclude(registry, NODE, Samples.NOW).refusal())
                .hasValueSatisfying(why -> assertThat(why).contains("FENCED", "receives no copies already"));
        close(true);
        assertThat(state()).isEqualTo(ServiceState.DRAINED);
        assertThat(NodeRules.exclude(registry, NODE, Samples.NOW).refusal()).isPresent();
    }

    private void register() {
        registry = registry.apply(new RegistryEvent.JobRegistered(JOB, Samples.LEAVING, 0, Samples.NOW));
    }

    private void close(boolean emptied) {
        registry = registry.apply(
                new RegistryEvent.JobClosed(JOB, false, Optional.of(new RegistryEvent.Closing(emptied, Samples.NOW))));
    }

    private void carryOut(NodeRules.Decision decision) {
        assertThat(decision.refusal()).isEmpty();
        assertThat(decision.events()).isNotEmpty();
        decision.events().forEach(event -> registry = registry.apply(event));
    }
}
