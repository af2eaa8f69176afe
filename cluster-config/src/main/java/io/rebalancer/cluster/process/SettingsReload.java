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
 * The differences between two versions of a settings file.
 *
 * @param applied paths of changed settings that took effect at once
 * @param needRestart paths of changed settings that take effect at the next start of the process
 */
public record SettingsReload(List<String> applied, List<String> needRestart) {
    private static final String ROOT = "rebalancer";

    /** @param reloadable paths of settings, or of sections, that may change while the process runs */
    static SettingsReload between(Config before, Config after, Set<String> reloadable) {
        Map<String, ConfigValue> old = values(before);
        Map<String, ConfigValue> fresh = values(after);
        Set<String> paths = new TreeSet<>(old.keySet());
        paths.addAll(fresh.keySet());
        List<String> applied = new ArrayList<>();
        List<String> needRestart = new ArrayList<>();
        for (String path : paths) {
            if (!Objects.equals(old.get(path), fresh.get(path))) {
                boolean atOnce = reloadable.stream().anyMatch(each -> path.equals(each) || path.startsWith(each + "."));
                (atOnce ? applied : needRestart).add(path);
            }
        }
        return new SettingsReload(List.copyOf(applied), List.copyOf(needRestart));
    }

    private static Map<String, ConfigValue> values(Config root) {
        Map<String, ConfigValue> values = new HashMap<>();
        root.getConfig(ROOT).entrySet().forEach(each -> values.put(ROOT + "." + each.getKey(), each.getValue()));
        return values;
    }

    @Override
    public String toString() {
        return "applied " + applied + ", need a restart " + needRestart;
    }
}
