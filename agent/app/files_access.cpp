#include "app/files_access.hpp"

#include "io/url.hpp"

#include <memory>
#include <utility>

namespace forager {

namespace {

Result<cfs::Files> files_of(const config::Settings& settings, App& app, ColonyMember& member, ObjectStore& store)
{
    auto place = place_of(settings.s3);
    if (!place)
        return place.error();
    cfs::Config config;
    config.place = std::move(*place);
    config.cache_dir = settings.agent.state_dir + "/files";
    config.root = settings.colony.fs_dir;
    return cfs::Files{member, store, app.pool(), std::move(config)};
}

} // namespace

Result<cfs::Place> place_of(const config::S3Config& s3)
{
    const bool has_scheme = s3.endpoint.find("://") != std::string::npos;
    const auto url = parse_url(has_scheme ? s3.endpoint : (s3.tls ? "https://" : "http://") + s3.endpoint);
    if (!url)
        return url.error();
    return cfs::Place{url->host, url->port, url->scheme == "https", s3.region, s3.bucket};
}

cfs::FilesAccess files_access(const config::Settings& settings, App& app)
{
    return [&settings, &app, made = std::shared_ptr<cfs::Files>{}]() mutable -> Result<cfs::Files*> {
        if (made)
            return made.get();
        const auto member = app.colony();
        if (!member)
            return member.error();
        const auto objects = app.store();
        if (!objects)
            return objects.error();
        auto files = files_of(settings, app, **member, **objects);
        if (!files)
            return files.error();
        made = std::make_shared<cfs::Files>(std::move(*files));
        return made.get();
    };
}

} // namespace forager
