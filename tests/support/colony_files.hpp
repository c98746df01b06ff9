// A colony whose server keeps records of files and snapshots as the real one does (v1.9.12), quirks included, beside an
// object store in memory.
#pragma once

#include "asked_colony.hpp"
#include "memory_store.hpp"
#include "primitives/cfs/files.hpp"
#include "temp_folder.hpp"

#include <algorithm>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace forager::test {

class ColonyFilesWorld {
public:
    ColonyFilesWorld()
    {
        colony.on["addfilemsg"] = [this](const Heard& call) { return add(part<Object>(call.payload, "file")); };
        colony.on["getfilemsg"] = [this](const Heard& call) { return get(call.payload); };
        colony.on["getfilesmsg"] = [this](const Heard& call) {
            return files_of(part<std::string>(call.payload, "label"));
        };
        colony.on["getfilelabelsmsg"] = [this](const Heard& call) {
            return labels(part<std::string>(call.payload, "name"));
        };
        colony.on["removefilemsg"] = [this](const Heard& call) {
            return remove(part<std::string>(call.payload, "fileid"));
        };
        colony.on["createsnapshotmsg"] = [this](const Heard& call) { return snap(call.payload); };
        colony.on["getsnapshotsmsg"] = [this](const Heard&) { return reply_of(to_json(Value{snapshots})); };
        colony.on["getsnapshotmsg"] = [this](const Heard& call) {
            for (const Value& one : snapshots)
                if (part<std::string>(*one.get<Object>(), "snapshotid") ==
                    part<std::string>(call.payload, "snapshotid"))
                    return reply_of(to_json(one));
            return refusal_of_server(500, "sql: no rows in result set");
        };
        colony.on["removesnapshotmsg"] = [this](const Heard& call) {
            std::erase_if(snapshots, [&](const Value& one) {
                return part<std::string>(*one.get<Object>(), "snapshotid") ==
                       part<std::string>(call.payload, "snapshotid");
            });
            return reply_of("{}");
        };
    }

    cfs::Files files()
    {
        cfs::Config config;
        config.place = {"s3.example.net", 9000, true, "", "lab"};
        config.cache_dir = state.at("cfs");
        config.patience = std::chrono::milliseconds{300};
        return {colony.member, objects, colony.world.pool, config};
    }

    template <class T> T run(boost::asio::awaitable<T> work) { return colony.run(std::move(work)); }

    /// All revisions of one name.
    std::size_t revisions(const std::string& label, const std::string& name) const
    {
        return static_cast<std::size_t>(std::ranges::count_if(records, [&](const Object& record) {
            return part<std::string>(record, "label") == label && part<std::string>(record, "name") == name;
        }));
    }

    /// Puts a record, and its bytes, as another client would.
    void put_by_another(const std::string& label, const std::string& name, const std::string& content)
    {
        const std::string key = "other-" + std::to_string(records.size());
        if (!content.empty())
            objects.objects[key] = content;
        add({{"colonyname", "c"},
             {"label", label},
             {"name", name},
             {"size", content.size()},
             {"checksum", to_hex(digest(Digest::sha256, content))},
             {"checksumalg", "SHA256"},
             {"ref", Object{{"protocol", "s3"},
                            {"s3object", Object{{"server", "s3.example.net:9000"}, {"port", -1}, {"object", key}}}}}});
    }

    AskedColony colony;
    MemoryStore objects;
    TempFolder folder;
    TempFolder state;
    std::vector<Object> records; ///< in the order of their sequence numbers
    Array snapshots;

private:
    static std::string object_of(const Object& record)
    {
        return part<std::string>(part<Object>(part<Object>(record, "ref"), "s3object"), "object");
    }

    Reply add(Object file)
    {
        file.set("fileid", "f" + std::to_string(++count_));
        file.set("sequencenr", count_);
        records.push_back(file);
        return reply_of(to_json(Value{std::move(file)}));
    }

    Reply get(const Object& wanted)
    {
        const auto id = part<std::string>(wanted, "fileid");
        Array found;
        for (auto record = records.rbegin(); record != records.rend(); ++record)
            if (id.empty() ? part<std::string>(*record, "label") == part<std::string>(wanted, "label") &&
                                 part<std::string>(*record, "name") == part<std::string>(wanted, "name")
                           : part<std::string>(*record, "fileid") == id)
                found.push_back(*record);
        if (found.empty())
            return id.empty() ? refusal_of_server(404, "Failed to get file")
                              : refusal_of_server(400, "no such file id");
        if (part<bool>(wanted, "latest"))
            found.resize(1);
        return reply_of(to_json(Value{std::move(found)}));
    }

    Reply files_of(const std::string& label)
    {
        Array found;
        std::set<std::string> seen;
        for (auto record = records.rbegin(); record != records.rend(); ++record)
            if (part<std::string>(*record, "label") == label && seen.insert(part<std::string>(*record, "name")).second)
                found.emplace_back(Object{{"name", part<std::string>(*record, "name")},
                                          {"checksum", part<std::string>(*record, "checksum")},
                                          {"size", part<std::int64_t>(*record, "size")},
                                          {"s3filename", object_of(*record)}});
        return reply_of(found.empty() ? "null" : to_json(Value{std::move(found)}));
    }

    Reply labels(const std::string& beginning)
    {
        std::map<std::string, std::int64_t> found;
        for (const Object& record : records)
            if (const auto label = part<std::string>(record, "label"); label.starts_with(beginning))
                ++found[label];
        Array list;
        for (const auto& [name, files] : found)
            list.emplace_back(Object{{"name", name}, {"files", files}});
        return reply_of(list.empty() ? "null" : to_json(Value{std::move(list)}));
    }

    Reply remove(const std::string& id)
    {
        std::erase_if(records, [&](const Object& record) { return part<std::string>(record, "fileid") == id; });
        return reply_of("{}");
    }

    // Of a label without a file of its own, an empty one.
    Reply snap(const Object& wanted)
    {
        const auto label = part<std::string>(wanted, "label");
        std::map<std::string, std::string> newest;
        bool has_own = false;
        for (const Object& record : records) {
            const auto own = part<std::string>(record, "label");
            has_own = has_own || own == label;
            if (own == label || own.starts_with(label + "/"))
                newest[own + "/" + part<std::string>(record, "name")] = part<std::string>(record, "fileid");
        }
        Array ids;
        for (const auto& [path, id] : has_own ? newest : std::map<std::string, std::string>{})
            ids.emplace_back(id);
        snapshots.emplace_back(Object{{"snapshotid", std::string(63, '0') + std::to_string(snapshots.size())},
                                      {"colonyname", "c"},
                                      {"label", label},
                                      {"name", part<std::string>(wanted, "name")},
                                      {"fileids", std::move(ids)}});
        return reply_of(to_json(snapshots.back()));
    }

    std::int64_t count_ = 0;
};

} // namespace forager::test
