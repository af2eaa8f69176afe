package io.rebalancer.cluster.process;

import com.typesafe.config.Config;
import com.typesafe.config.ConfigValue;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;

/**
 * What changed between two readings of a settings file.
 *
 * @param applied settings that have taken effect
 * @param needRestart settings that take effect when the process starts the next time
 */
public record SettingsReload(List<String> applied, List<String> needRestart) {
    private static final String OURS = "rebalancer";

    /** @param reloadable the settings, or groups of them, that may change while the process runs */
    static SettingsReload between(Config before, Config after, Set<String> reloadable) {
        Map<String, ConfigValue> old = values(before);
        Map<String, ConfigValue> fresh = values(after);
        Set<String> paths = new TreeSet<>(old.keySet());
        paths.addAll(fresh.keySet());
        List<String> applied = new ArrayList<>();
        List<String> needRestart = new ArrayList<>();
        for (String path : paths) {
            if (!Objects.equals(old.get(path), fresh.get(path))) {
                boolean now = reloadable.stream().anyMatch(each -> path.equals(each) || path.startsWith(each + "."));
                (now ? applied : needRestart).add(path);
            }
        }
        return new SettingsReload(List.copyOf(applied), List.copyOf(needRestart));
    }

    private static Map<String, ConfigValue> values(Config root) {
        Map<String, ConfigValue> values = new HashMap<>();
        root.getConfig(OURS).entrySet().forEach(each -> values.put(OURS + "." + each.getKey(), each.getValue()));
        return values;
    }

    @Override
    public String toString() {
        return "applied " + applied + ", need a restart " + needRestart;
    }
}
