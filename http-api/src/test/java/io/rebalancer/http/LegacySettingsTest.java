package io.rebalancer.http;

import static io.rebalancer.http.ApiServer.NEW;
import static io.rebalancer.http.ApiServer.order;
import static io.rebalancer.http.ApiServer.post;
import static org.assertj.core.api.Assertions.assertThat;

import io.rebalancer.cluster.settings.LegacySettings;
import java.net.http.HttpResponse;
import java.util.UUID;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The settings of the legacy manager's API. */
class LegacySettingsTest {

    @AfterEach
    void stop() {
        ApiServer.stop();
    }

    @Test
    void theSettingIsTheDefaultLimit() throws Exception {
        ApiServer.start(new LegacySettings(10, false));
        assertThat(post("/jobs", order("1")).body().strip())
                .isEqualTo(new UUID(NEW.getMostSignificantBits(), 10).toString());
        String unlimited = order("1").replace("}}", ",\"max_objects\":0}}");
        assertThat(post("/jobs", unlimited).body().strip())
                .isEqualTo(new UUID(NEW.getMostSignificantBits(), 0).toString());
    }

    @Test
    void createIsRefusedWhileSnaplinksNeedCleanup() throws Exception {
        ApiServer.start(new LegacySettings(0, true));
        HttpResponse<String> answer = post("/jobs", "{bad");
        assertThat(answer.statusCode()).isEqualTo(500);
        assertThat(answer.body()).isEqualTo("Snaplink Cleanup Required");
    }
}
