package io.rebalancer.cluster.process;

import static org.assertj.core.api.Assertions.assertThat;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigFactory;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SettingsReloadTest {

    @Test
    void changesThatApplyAtOnceAreSeparatedFromThoseThatNeedARestart() {
        Config before = ConfigFactory.parseString("rebalancer { evacuate.commit-batch = 50, manager.http.port = 80 }");
        Config after = ConfigFactory.parseString("rebalancer { evacuate.commit-batch = 7, manager.http.port = 1 }");
        SettingsReload reload = SettingsReload.between(before, after, Set.of("rebalancer.evacuate"));
        assertThat(reload.applied()).containsExactly("rebalancer.evacuate.commit-batch");
        assertThat(reload.needRestart()).containsExactly("rebalancer.manager.http.port");
        assertThat(SettingsReload.between(before, before, Set.of()))
                .isEqualTo(new SettingsReload(List.of(), List.of()));
    }
}
