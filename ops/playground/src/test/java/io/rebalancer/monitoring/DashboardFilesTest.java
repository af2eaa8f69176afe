package io.rebalancer.monitoring;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/**
 * The dashboards that users install are those of the sources. With {@code -Ddashboards=write} they are written instead:
 * {@code make dashboards}.
 */
class DashboardFilesTest {
    private static final Path SOURCES = MonitoringFiles.DIRECTORY.resolve("source");

    @Test
    void eachDashboardIsRenderedFromItsSource() throws Exception {
        assertThat(MonitoringFiles.list(SOURCES, ".conf")).hasSize(7);
        for (Path source : MonitoringFiles.list(SOURCES, ".conf")) {
            Path file = MonitoringFiles.DIRECTORY.resolve(
                    "rebalancer-" + source.getFileName().toString().replace(".conf", ".json"));
            String rendered = Dashboard.render(source);
            if (System.getProperty("dashboards", "").equals("write")) {
                Files.writeString(file, rendered);
            }
            assertThat(file)
                    .as("make dashboards renders it from %s", source)
                    .exists()
                    .hasContent(rendered);
        }
    }
}
