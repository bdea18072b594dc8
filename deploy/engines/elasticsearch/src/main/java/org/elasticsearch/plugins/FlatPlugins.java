// This package, because loading a plugin and describing a loaded one are
// visible only inside it.
package org.elasticsearch.plugins;

import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

import org.elasticsearch.Version;
import org.elasticsearch.action.admin.cluster.node.info.PluginsAndModules;
import org.elasticsearch.env.Environment;

/**
 * Plugins that lie on the class path beside the server, where the server itself
 * would look for folders with a class loader each.
 */
public final class FlatPlugins extends PluginsService {

    /** Null while the constructor of the superclass runs, which asks already. */
    private final List<LoadedPlugin> all;
    private final PluginsAndModules described;

    public FlatPlugins(Environment environment, PluginsLoader loader, List<Class<? extends Plugin>> classes) {
        super(environment.settings(), environment.configDir(), loader);
        List<LoadedPlugin> loaded = new ArrayList<>(super.plugins());
        List<PluginRuntimeInfo> infos = new ArrayList<>();
        for (Class<? extends Plugin> type : classes) {
            Plugin plugin = loadPlugin(type, environment.settings(), environment.configDir());
            PluginDescriptor descriptor = descriptor(type);
            loaded.add(new LoadedPlugin(descriptor, plugin, type.getClassLoader()));
            infos.add(new PluginRuntimeInfo(descriptor));
        }
        loadExtensions(loaded);
        all = List.copyOf(loaded);
        described = new PluginsAndModules(infos, super.info().getModuleInfos());
    }

    private static PluginDescriptor descriptor(Class<?> type) {
        String java = Integer.toString(Runtime.version().feature());
        return new PluginDescriptor(
            type.getName(), "from the class path", "1", Version.CURRENT.toString(), java, type.getName(),
            null, List.of(), false, false, false, false
        );
    }

    @Override
    protected List<LoadedPlugin> plugins() {
        return all == null ? super.plugins() : all;
    }

    @Override
    public PluginsAndModules info() {
        return described;
    }

    /** With one class loader for all, every provider would be found once for each plugin. */
    @Override
    public <T> List<? extends T> loadServiceProviders(Class<T> service) {
        Set<Class<?>> seen = new HashSet<>();
        List<T> once = new ArrayList<>();
        for (T provider : super.loadServiceProviders(service)) {
            if (seen.add(provider.getClass())) {
                once.add(provider);
            }
        }
        return once;
    }
}
