// Made by "npm run types" from docs/openapi.json: do not edit.

export interface paths {
    "/api/v1/agencies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List agencies */
        get: operations["list-agencies"];
        put?: never;
        /** Add an agency */
        post: operations["create-agency"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agencies/load": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How much agencies have to do
         * @description Of the incidents that the person sees; an agency that has none open is missing.
         */
        get: operations["agencies-load"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agencies/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One agency */
        get: operations["get-agency"];
        /** Replace an agency */
        put: operations["change-agency"];
        post?: never;
        /**
         * Take an agency out of work
         * @description It stays where incidents name it.
         */
        delete: operations["retire-agency"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/agencies/{id}/test": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send an agency a message that says it is a test
         * @description By each way that the agency has, once; the answer says how that ended.
         */
        post: operations["test-agency"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/audit": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who changed what, the newest first
         * @description People and their ways in, tokens, searches, rules, routes, presets, agencies, sources, regions; incidents have a trail of their own. What is of regions that are all among one's own.
         */
        get: operations["list-audit"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/glossary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The words of the region, which no dictionary has */
        get: operations["get-glossary"];
        /**
         * Change the words of the region
         * @description Saved searches and live feeds take them up within seconds. The index is made anew in the background; searches find both what was put in before and after.
         */
        put: operations["change-glossary"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/glossary/check": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** What would be wrong with a glossary, and what would words mean */
        post: operations["check-glossary"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/glossary/revisions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who changed the glossary, newest first */
        get: operations["list-glossary-revisions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/glossary/revisions/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The glossary as it was */
        get: operations["get-glossary-revision"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List incidents */
        get: operations["list-incidents"];
        put?: never;
        /** Open an incident by hand */
        post: operations["open-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Which incidents change
         * @description Server-sent events, within a second of a change: the numbers of incidents that the person sees and their versions, no more. What changes while nobody listens is not told afterwards: read anew after each connecting.
         */
        get: operations["stream-incidents"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One incident
         * @description With its first posts, its trail and what may be done now. A look at a sealed one is written down.
         */
        get: operations["get-incident"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/accept": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Accept
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["accept-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/answer": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say where the answer was published
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["answer-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/approve": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Approve the draft
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["approve-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/assign": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give to an agency
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["assign-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/claim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that it is a matter of whether something is true
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["claim-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/close": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Close
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["close-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/comments": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Add words to the trail
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["comment-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/control": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take the promise under control
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["control-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/draft": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Write the answer
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["draft-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/duplicate": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say which incident it repeats
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["duplicate-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/interim": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that the answer is a promise
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["interim-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/not_ours": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that nobody of ours answers for it
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["not-ours-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/notifications": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What was sent about an incident */
        get: operations["incident-notifications"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/posts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The posts of an incident */
        get: operations["incident-posts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/presence": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Say that one has an incident open, and hear who else has
         * @description Forgotten after half a minute: say it again every ten seconds. Nothing of it is kept.
         */
        put: operations["be-present"];
        post?: never;
        /** Say that one no longer has an incident open */
        delete: operations["leave"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/publish": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that one is publishing the answer
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["publish-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/reopen": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin again
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["reopen-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/return": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Give back
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["return-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/review": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Ask for approval
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["review-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/rework": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Send the draft back
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["rework-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/spam": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say that it is spam
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["spam-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/triage": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take back into triage
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["triage-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/undo": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take back spam, not_ours, duplicate or claim
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["undo-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/incidents/{number}/verify": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Say by what it is known to be solved
         * @description Answers with the incident after it; 409 with how it is now, where somebody was faster.
         */
        post: operations["verify-incident"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/looks": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Who has looked at sealed incidents, the newest look first
         * @description Of those that one may see oneself.
         */
        get: operations["list-looks"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Who am I */
        get: operations["me"];
        /** Set one's language */
        put: operations["change-me"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Set one's password
         * @description Ends one's other sessions. It is all that whoever has somebody else's invention as a password may do (must_change).
         */
        put: operations["change-password"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List one's own tokens */
        get: operations["list-own-tokens"];
        put?: never;
        /**
         * Make a token of one's own
         * @description It may do what its person may do at the time, within its regions.
         */
        post: operations["create-own-token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** Revoke one of one's own tokens */
        delete: operations["revoke-own-token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Begin the second factor
         * @description Gives a secret for an authenticator application. Codes are asked for as soon as one has been confirmed.
         */
        post: operations["begin-totp"];
        /**
         * Switch the second factor off
         * @description With a code of the application or a recovery code.
         */
        delete: operations["end-totp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/me/totp/confirm": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Switch the second factor on */
        post: operations["confirm-totp"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List people
         * @description Those whose regions are all among one's own.
         */
        get: operations["list-people"];
        put?: never;
        /** Add a person */
        post: operations["create-person"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One person */
        get: operations["get-person"];
        /**
         * Change a person
         * @description Replaces everything but the password. A new password, another reach or being disabled ends their sessions.
         */
        put: operations["change-person"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/people/{id}/totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Switch somebody's second factor off
         * @description For whoever has lost the phone and the recovery codes.
         */
        delete: operations["reset-totp"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Search posts */
        get: operations["search-posts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count posts */
        get: operations["count-posts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts/histogram": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Posts over time, or by a field */
        get: operations["posts-histogram"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts/stream": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * The live feed of a query
         * @description Server-sent events, from the moment the posts can be searched. The id of an event, also of comments, is a position: sent back as Last-Event-ID or after it goes on without loss or repeat, on any server, for 24 hours.
         */
        get: operations["stream-posts"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts/words": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * What the words of a query may mean
         * @description Every reading is found. Words after ! and those of exact phrases have none.
         */
        get: operations["query-words"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One post with its history
         * @description The slash of the id may stand as it is or as %2F.
         */
        get: operations["get-post"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/posts/{id}/copies": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How many other posts say the same
         * @description By the post's own words. Of an id that itself ends so, write the slash as %2F.
         */
        get: operations["post-copies"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/presets/{region}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** A region's presets of deadlines */
        get: operations["list-presets"];
        /** Change a preset of a region, or add one */
        put: operations["put-preset"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/presets/{region}/example": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * When would the clocks of a preset end
         * @description As if something came at a moment and was given to an agency at once. The preset need not be saved.
         */
        post: operations["example-preset"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/presets/{region}/{name}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Remove a preset of a region
         * @description One that an installation begins with gets its own figures again.
         */
        delete: operations["delete-preset"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/regions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List the served regions of the person
         * @description By federal district and name.
         */
        get: operations["list-regions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/regions/{code}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        /**
         * Switch a region on or off
         * @description What it has stays.
         */
        put: operations["serve-region"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rejected": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List records that could not be processed
         * @description Newest first. A page may hold less than was asked for, even nothing, and not be the last. For administrators of all regions.
         */
        get: operations["list-rejected"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rejected/count": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** Count the rejected records that wait */
        get: operations["count-rejected"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rejected/drop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that rejected records that wait need nothing more */
        post: operations["drop-many-rejected"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rejected/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Put rejected records that wait back */
        post: operations["replay-many-rejected"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rejected/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * One rejected record with its content
         * @description The post of a record that is sealed, or does not say that it is not, is not shown.
         */
        get: operations["get-rejected"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rejected/{id}/drop": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Say that a rejected record needs nothing more */
        post: operations["drop-rejected"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rejected/{id}/replay": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Put a rejected record back into its topic
         * @description It is processed once more. If it is rejected again, it is a new record that points back.
         */
        post: operations["replay-rejected"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rejected/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Let a dropped record wait again
         * @description One that was put back is on its way: that can't be taken back.
         */
        post: operations["restore-rejected"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routes/{region}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * A region's tree of routes
         * @description Version 0: none was saved yet.
         */
        get: operations["get-route"];
        /** Save a region's tree of routes */
        put: operations["put-route"];
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/routes/{region}/explain": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /** Where would this go, and why */
        post: operations["explain-route"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List rules */
        get: operations["list-rules"];
        put?: never;
        /**
         * Make a rule
         * @description Only rules open incidents by themselves.
         */
        post: operations["create-rule"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/rules/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One rule */
        get: operations["get-rule"];
        /** Replace a rule */
        put: operations["change-rule"];
        post?: never;
        /**
         * Remove a rule
         * @description What it opened stays.
         */
        delete: operations["delete-rule"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List saved searches */
        get: operations["list-searches"];
        put?: never;
        /**
         * Save a search
         * @description New posts are matched against it within seconds; the past is searched after that.
         */
        post: operations["create-search"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One saved search */
        get: operations["get-search"];
        /** Change a saved search */
        put: operations["change-search"];
        post?: never;
        /**
         * Take a search out of work
         * @description Its versions and hits stay.
         */
        delete: operations["delete-search"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/{id}/hits": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** How often a search has matched, by version and region */
        get: operations["search-hits"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/{id}/restore": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Take a deleted search into work again
         * @description Under its number, so that the rules about it are of use again.
         */
        post: operations["restore-search"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/searches/{id}/versions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** The versions of a search, newest first */
        get: operations["search-versions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Sign in with a password
         * @description Answers with the cookie of a session. 401 with needs_code where the password is right and a code is needed; 429 with Retry-After after too many failures.
         */
        post: operations["sign-in"];
        /**
         * Sign out
         * @description Also where the session has ended.
         */
        delete: operations["sign-out"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/session/code": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * End a sign-in through a provider with a code
         * @description Where the person has switched the second factor on and the provider did not ask for one. 401 with needs_code where the code is wrong; without it where the sign-in is over.
         */
        post: operations["complete-sign-in"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * List one's sessions
         * @description The newest first.
         */
        get: operations["list-sessions"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sessions/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /** End one of one's sessions */
        delete: operations["end-session"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/setup": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Make the first administrator
         * @description Once, while nobody is there; afterwards 409. Signs them in. 429 with Retry-After after too many wrong codes.
         */
        post: operations["set-up"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** What can be known without signing in */
        get: operations["sign-in-page"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List sources with their health */
        get: operations["list-sources"];
        put?: never;
        /**
         * Add a source
         * @description It is read at once.
         */
        post: operations["create-source"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** One source */
        get: operations["get-source"];
        /**
         * Change a source
         * @description Its network and address stay. It is read at once.
         */
        put: operations["change-source"];
        post?: never;
        /**
         * Stop reading a source
         * @description Its posts stay.
         */
        delete: operations["delete-source"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/sources/{id}/read": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        /**
         * Read a source at once
         * @description It becomes due now, unless it is switched off or has itself named the time to come again.
         */
        post: operations["read-source"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * How the installation is
         * @description What is behind, what was rejected, whether its parts answer. Counts are of all regions.
         */
        get: operations["status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/status/line": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /**
         * Whether the line is behind
         * @description As it was measured last, every 15 seconds.
         */
        get: operations["line-status"];
        put?: never;
        post?: never;
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        /** List tokens */
        get: operations["list-tokens"];
        put?: never;
        /** Make a token */
        post: operations["create-token"];
        delete?: never;
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
    "/api/v1/tokens/{id}": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        get?: never;
        put?: never;
        post?: never;
        /**
         * Revoke a token
         * @description The last administrator's token of all regions can't be revoked.
         */
        delete: operations["revoke-token"];
        options?: never;
        head?: never;
        patch?: never;
        trace?: never;
    };
}
export type webhooks = Record<string, never>;
export interface components {
    schemas: {
        Agency: {
            active: boolean;
            default: boolean;
            email?: string;
            /** Format: int64 */
            id: number;
            kind: string;
            name: string;
            region: string;
            shifts?: {
                [key: string]: components["schemas"]["Shift"][] | null;
            };
            webhook_secret?: string;
            webhook_url?: string;
        };
        AgencyDraft: {
            /** @description Missing: true. */
            active?: boolean;
            /** @description Gets what no route takes. */
            default?: boolean;
            email?: string;
            /** @description municipality, ministry, utility, … as the centre calls it. */
            kind?: string;
            name: string;
            region: string;
            /** @description Missing: office hours. */
            shifts?: {
                [key: string]: components["schemas"]["Shift"][] | null;
            };
            /** @description Signs webhooks; missing: the one before, or a new one, shown this once. */
            webhook_secret?: string;
            webhook_url?: string;
        };
        AgencyName: {
            /** Format: int64 */
            id: number;
            name: string;
        } | null;
        Answer: {
            /** @description Public address of the published answer. */
            permalink: string;
            /**
             * Format: int64
             * @description Of the incident as it was seen.
             */
            version: number;
        };
        Approval: {
            /** @description draft.hash of the text that was read; missing: of the text as it stands in this version. */
            hash?: string;
            /**
             * Format: int64
             * @description Of the incident as it was seen.
             */
            version: number;
        };
        Assign: {
            /**
             * Format: int64
             * @description Id; missing: the proposed one.
             */
            agency?: number;
            comment?: string;
            /** @description Of deadlines; missing: as it is. */
            preset?: string;
            /**
             * Format: int64
             * @description Of the incident as it was seen.
             */
            version: number;
        };
        AuditChange: {
            /** @description Missing: it has none. */
            is?: unknown;
            /** @description Missing: it had none. */
            was?: unknown;
        };
        AuditEvent: {
            /** @description Of the network, where somebody signed in. */
            address?: string;
            /** Format: date-time */
            at: string;
            /** @description Their name then. */
            by: string;
            /** @description Fields, with the value before (was) and after (is). One that is too long to be kept is {bytes, sha256}. */
            changes: {
                [key: string]: components["schemas"]["AuditChange"];
            };
            /** Format: int64 */
            id: number;
            /** @description created, changed, removed, revoked, restored, read, tested; of people also signed_in, signed_out, session_ended, linked, language, password, totp_on and totp_off. */
            kind: string;
            /** @description What the thing was called then. */
            name: string;
            /** @description Id of the thing. */
            of: string;
            /**
             * Format: int64
             * @description Whom it is about.
             */
            person?: number;
            /** @description Of the thing, before or after; * is all. */
            regions: string[] | null;
            /** @enum {string} */
            thing: "person" | "token" | "search" | "rule" | "route" | "preset" | "agency" | "source" | "region" | "glossary";
            /**
             * Format: int64
             * @description Id of the person; missing: nobody who was signed in.
             */
            who?: number;
        };
        Author: {
            id: string;
            name?: string;
            person?: boolean;
        };
        Bar: {
            /**
             * Format: date-time
             * @description Beginning of the hour, day or month.
             */
            from?: string;
            /** Format: int64 */
            posts: number;
            /** @description Of net, source or region. */
            value?: string;
        };
        Budget: {
            /** Format: int64 */
            amount: number;
            from: string;
            unit: string;
        };
        Change: {
            /** Format: int64 */
            number: number;
            /** Format: int64 */
            version: number;
        };
        "Change-glossaryRequest": {
            body: string;
            /**
             * Format: int64
             * @description Of what was edited.
             */
            revision: number;
        };
        "Change-meRequest": {
            /** @enum {string} */
            language: "ru" | "en";
        };
        "Change-passwordRequest": {
            new: string;
            old: string;
        };
        "Change-personRequest": {
            /** @description An executor's. */
            agencies?: number[] | null;
            /** @description May not sign in. */
            disabled?: boolean;
            /** @description By which a provider's sign-in is known the first time. */
            email?: string;
            /**
             * @description Missing: ru.
             * @enum {string}
             */
            language?: "ru" | "en";
            /** @description 2–64 letters, digits and . _ @ + -; upper and lower case are one. Missing: only through a provider. */
            login?: string;
            /** @description Shown in the audit trail. */
            name: string;
            /** @description A new one, that the person has to change first; missing: it stays. */
            password?: string;
            /** @description Codes; * is all. */
            regions: string[] | null;
            /** @description administrator, specialist, curator, executor, ombudsman, factchecker, head or partner. */
            role: string;
            /** @description May see sealed cases. */
            sealed?: boolean;
            /**
             * Format: int64
             * @description That the change is of.
             */
            version: number;
        };
        "Check-glossaryRequest": {
            body: string;
            /** @description Words whose meanings are asked for. */
            text?: string;
        };
        Closed: {
            /** @description In the reader's language. */
            message: string;
            /**
             * @description slow: more came than was read; revoked: the token or the session is no longer good; changed: the person has other rights now; stopping: the server goes down; unavailable: an engine does not answer. After all but revoked: come again, where events have ids with the last one.
             * @enum {string}
             */
            reason: "slow" | "revoked" | "changed" | "stopping" | "unavailable";
        };
        CodeBody: {
            /** @description That the application shows now. */
            code: string;
        };
        Comment: {
            /**
             * @description Missing: internal, for those who see the incident. For a resident write only those who publish answers.
             * @enum {string}
             */
            audience?: "internal" | "resident";
            text: string;
            /**
             * Format: int64
             * @description Not needed.
             */
            version?: number;
        };
        Compared: {
            fact: string;
            have: string[] | null;
            holds: boolean;
            want: string[] | null;
        };
        "Complete-sign-inRequest": {
            /** @description Of the authenticator application, or a recovery code. */
            code: string;
        };
        Condition: {
            networks?: string[] | null;
            places?: string[] | null;
            regions?: string[] | null;
            searches?: number[] | null;
            severities?: string[] | null;
            sources?: string[] | null;
        };
        Counter: {
            /** Format: int64 */
            step: number;
            /** Format: int64 */
            value: number;
        };
        CounterSet: {
            comments?: components["schemas"]["Counter"];
            likes?: components["schemas"]["Counter"];
            reposts?: components["schemas"]["Counter"];
            views?: components["schemas"]["Counter"];
        };
        "Create-own-tokenRequest": {
            /**
             * Format: date-time
             * @description At most 366 days from now.
             */
            expires_at: string;
            /** @description To know it by. */
            name: string;
            /** @description Codes; missing: all that one has at the time. */
            regions?: string[] | null;
        };
        Draft: {
            /** Format: date-time */
            approved_at?: string;
            /** Format: int64 */
            approved_by?: number;
            approved_hash?: string;
            approver_name?: string;
            author_name: string;
            authors: number[] | null;
            hash: string;
            text: string;
            /** Format: date-time */
            written_at: string;
        };
        DraftText: {
            /** @description Of the answer. */
            text: string;
            /**
             * Format: int64
             * @description Of the incident as it was seen.
             */
            version: number;
        };
        DuplicateOf: {
            /**
             * Format: int64
             * @description Number of the incident that this one repeats.
             */
            of: number;
            /**
             * Format: int64
             * @description Of the incident as it was seen.
             */
            version: number;
        };
        Edition: {
            /**
             * Format: int64
             * @description That posts carry as analysis.
             */
            number: number;
            /**
             * Format: int64
             * @description Of the glossary.
             */
            revision: number;
            /**
             * Format: int64
             * @description Of the analysis.
             */
            version: number;
        };
        Event: {
            /** Format: date-time */
            at: string;
            audience?: string;
            data?: unknown;
            from?: string;
            /** Format: int64 */
            id: number;
            kind: string;
            name?: string;
            to?: string;
            /** Format: int64 */
            version: number;
            /** Format: int64 */
            who?: number;
        };
        Everything: Record<string, never>;
        Evidence: {
            body: components["schemas"]["Post"];
            /** Format: int64 */
            copies: number;
            /** Format: date-time */
            deleted_at?: string;
            hash: string;
            how: string;
            /** Format: date-time */
            joined_at: string;
            /** Format: date-time */
            observed: string;
            post: string;
            /** Format: date-time */
            published: string;
            /** Format: int64 */
            rev: number;
            /** Format: int64 */
            rule?: number;
            /** Format: int64 */
            search?: number;
            visibility: string;
        };
        "Example-presetRequest": {
            /**
             * Format: int64
             * @description Whose shifts count; missing: office hours.
             */
            agency?: number;
            /**
             * Format: date-time
             * @description Missing: now.
             */
            at?: string;
            clocks: {
                [key: string]: components["schemas"]["Budget"];
            };
        };
        ExampleDay: {
            /** @description As 2026-11-24. */
            date: string;
            /** @description weekend, holiday, or short before a holiday. */
            off?: string;
            /** @description Minutes from midnight of the region; none: nothing is worked. */
            shifts: components["schemas"]["Shift"][] | null;
        };
        ExampleDue: {
            /** Format: date-time */
            at: string;
            clock: string;
        };
        "Explain-routeRequest": {
            networks?: string[] | null;
            place?: string;
            searches?: number[] | null;
            severity?: string;
            sources?: string[] | null;
            /** @description One that is being written; missing: the region's. */
            tree?: components["schemas"]["RouteNode"];
        };
        Explanation: {
            steps: components["schemas"]["Step"][] | null;
            target: components["schemas"]["Target"];
        };
        FieldProblem: {
            /**
             * Format: int64
             * @description Of a search query: how many characters are meant.
             */
            length?: number;
            /** @description For example query.query, body.name or path.number. */
            location: string;
            /** @description What is wrong and what would be right. */
            message: string;
            /**
             * Format: int64
             * @description Of a search query: characters from its beginning.
             */
            offset?: number;
        };
        Forward: {
            name: string;
            url?: string;
        };
        FoundPost: {
            author?: components["schemas"]["Author"];
            channel?: string;
            counters: components["schemas"]["CounterSet"];
            cut?: boolean;
            deleted?: boolean;
            edited?: boolean;
            forward?: components["schemas"]["Forward"];
            /** @description network:owner/native-id */
            id: string;
            links?: string[] | null;
            media?: components["schemas"]["Media"][] | null;
            network: string;
            /**
             * Format: date-time
             * @description When this revision was read.
             */
            observed: string;
            /** @description live, backfill or import. */
            origin: string;
            /** Format: date-time */
            published: string;
            regions: string[] | null;
            reply_to?: string;
            /** Format: int64 */
            rev: number;
            /**
             * Format: double
             * @description By relevance.
             */
            score?: number;
            /** @description Title and text with what the query found marked; missing where nothing is. */
            segments?: components["schemas"]["Marked"];
            /** @description The text is longer; /posts/{id} has it whole. */
            shortened?: boolean;
            /** @description network:owner, as source: of a query takes it. */
            source: string;
            text: string;
            title?: string;
            type: string;
            url?: string;
            /** @description public, partner or sealed. */
            visibility: string;
        };
        Gap: {
            /** @description In the reader's language. */
            message: string;
        };
        Glossary: {
            /** @description A line an entry: a word; a word and its forms, as «краснуха: краснушка»; names of one thing, as «УК = управляющая компания». What follows # is a remark. */
            body: string;
            /**
             * Format: date-time
             * @description null: never.
             */
            changed_at: string | null;
            changed_by: string;
            /** @description Of which posts in the index may be; searches look for the words of each. */
            editions: components["schemas"]["Edition"][] | null;
            /** @description All indexers work with this revision: saved searches match by it. */
            in_force: boolean;
            /** @description How far the index is with being made anew; missing: it never was, and needs not be. */
            renewal?: components["schemas"]["Renewal"];
            /**
             * Format: int64
             * @description Send it back with a change. 0: nobody has written anything yet.
             */
            revision: number;
        };
        GlossaryChange: {
            /** Format: date-time */
            changed_at: string;
            changed_by: string;
            /** Format: int64 */
            revision: number;
        };
        GlossaryCheck: {
            /** Format: int64 */
            entries: number;
            /** @description At most 100. */
            errors: components["schemas"]["LineProblem"][] | null;
            /** @description What the words that were asked about mean with it; with the one in force where it has errors. */
            words: components["schemas"]["QueryWord"][] | null;
        };
        GlossaryRevision: {
            /** @description A line an entry: a word; a word and its forms, as «краснуха: краснушка»; names of one thing, as «УК = управляющая компания». What follows # is a remark. */
            body: string;
            /**
             * Format: date-time
             * @description null: never.
             */
            changed_at: string | null;
            changed_by: string;
            /**
             * Format: int64
             * @description Send it back with a change. 0: nobody has written anything yet.
             */
            revision: number;
        };
        Histogram: {
            items: components["schemas"]["Bar"][] | null;
            /** @description Always empty. */
            next: string;
            /** Format: date-time */
            reached: string | null;
        };
        Hits: {
            /** Format: date-time */
            last: string;
            /** Format: int64 */
            posts: number;
            region: string;
            /** Format: int64 */
            search: number;
            /** Format: int64 */
            version: number;
        };
        Incident: {
            /** @description Who has to answer; null before it is assigned. */
            agency: components["schemas"]["AgencyName"];
            /** @description The commands that this person may give now; none for a sealed incident in a list: who decides on it opens it. */
            allowed: string[] | null;
            /** Format: date-time */
            answered_at?: string;
            /** Format: date-time */
            assigned_at?: string;
            /** @description Where undo leads; missing where there is nothing to undo. */
            before?: string;
            /** Format: date-time */
            closed_at?: string;
            curator?: string;
            /** Format: date-time */
            detected?: string;
            draft?: components["schemas"]["Draft"];
            /**
             * Format: date-time
             * @description When the clock that ends first ends; null: nothing runs.
             */
            due: string | null;
            /** @description Which clock: route, react, answer, cap or final. */
            due_clock?: string;
            /** Format: int64 */
            duplicate_of?: number;
            /** Format: int64 */
            number: number;
            /** Format: date-time */
            opened_at: string;
            overdue: boolean;
            /** @description Of the published answer. */
            permalink?: string;
            /** @description The first of them: up to 20, in a list up to 3; none of a sealed incident in a list. */
            posts: components["schemas"]["Evidence"][] | null;
            /** @description Give it as after to /incidents/{number}/posts. */
            posts_next?: string;
            /** Format: int64 */
            posts_total: number;
            /** @description Of deadlines. */
            preset: string;
            promise?: string;
            /** Format: date-time */
            promised_by?: string;
            /** @description Whom the route proposes. */
            proposed: components["schemas"]["AgencyName"];
            /**
             * Format: date-time
             * @description Of the first post.
             */
            published?: string;
            /** Format: date-time */
            reacted_at?: string;
            region: string;
            /**
             * Format: int64
             * @description That opened it; missing: by hand.
             */
            rule?: number;
            /** Format: int64 */
            search?: number;
            severity: string;
            state: string;
            /** Format: date-time */
            state_at: string;
            title: string;
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: int64
             * @description Send it back with a command.
             */
            version: number;
            visibility: string;
            watchers?: string[] | null;
        };
        IncidentView: {
            /** @description Who has to answer; null before it is assigned. */
            agency: components["schemas"]["AgencyName"];
            /** @description The commands that this person may give now; none for a sealed incident in a list: who decides on it opens it. */
            allowed: string[] | null;
            /** Format: date-time */
            answered_at?: string;
            /** Format: date-time */
            assigned_at?: string;
            /** @description For whom this person may comment. */
            audiences: string[] | null;
            /** @description Where undo leads; missing where there is nothing to undo. */
            before?: string;
            /** Format: date-time */
            closed_at?: string;
            curator?: string;
            /** Format: date-time */
            detected?: string;
            draft?: components["schemas"]["Draft"];
            /**
             * Format: date-time
             * @description When the clock that ends first ends; null: nothing runs.
             */
            due: string | null;
            /** @description Which clock: route, react, answer, cap or final. */
            due_clock?: string;
            /** Format: int64 */
            duplicate_of?: number;
            /** @description Oldest first; the last 200. */
            events: components["schemas"]["Event"][] | null;
            /** Format: int64 */
            number: number;
            /** Format: date-time */
            opened_at: string;
            overdue: boolean;
            /** @description Of the published answer. */
            permalink?: string;
            /** @description The first of them: up to 20, in a list up to 3; none of a sealed incident in a list. */
            posts: components["schemas"]["Evidence"][] | null;
            /** @description Give it as after to /incidents/{number}/posts. */
            posts_next?: string;
            /** Format: int64 */
            posts_total: number;
            /** @description Of deadlines. */
            preset: string;
            promise?: string;
            /** Format: date-time */
            promised_by?: string;
            /** @description Whom the route proposes. */
            proposed: components["schemas"]["AgencyName"];
            /**
             * Format: date-time
             * @description Of the first post.
             */
            published?: string;
            /** Format: date-time */
            reacted_at?: string;
            region: string;
            /**
             * Format: int64
             * @description That opened it; missing: by hand.
             */
            rule?: number;
            /** Format: int64 */
            search?: number;
            severity: string;
            state: string;
            /** Format: date-time */
            state_at: string;
            title: string;
            /** Format: date-time */
            updated_at: string;
            /**
             * Format: int64
             * @description Send it back with a command.
             */
            version: number;
            visibility: string;
            watchers?: string[] | null;
        };
        Interim: {
            permalink?: string;
            /** @description What is promised. */
            text: string;
            /**
             * Format: date-time
             * @description Missing: the budget final of the preset.
             */
            until?: string;
            /**
             * Format: int64
             * @description Of the incident as it was seen.
             */
            version: number;
        };
        Kept: {
            class: string;
            /** Format: int64 */
            months: number;
        };
        Key: {
            /** @description To be typed, base32. */
            secret: string;
            /** @description To be scanned, otpauth://… */
            uri: string;
        };
        LineProblem: {
            /**
             * Format: int64
             * @description From 1.
             */
            line: number;
            /** @description What is wrong and what would be right, in the reader's language. */
            message: string;
        };
        LineStatus: {
            /** @description The stages that are so far behind that everybody should know; empty when all is well. */
            late: components["schemas"]["StageStatus"][] | null;
        };
        ListAgency: {
            items: components["schemas"]["Agency"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListAuditEvent: {
            items: components["schemas"]["AuditEvent"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListEvidence: {
            items: components["schemas"]["Evidence"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListGlossaryChange: {
            items: components["schemas"]["GlossaryChange"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListHits: {
            items: components["schemas"]["Hits"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListIncident: {
            items: components["schemas"]["Incident"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListLoad: {
            items: components["schemas"]["Load"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListLook: {
            items: components["schemas"]["Look"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListNotification: {
            items: components["schemas"]["Notification"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListOnlooker: {
            items: components["schemas"]["Onlooker"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListPerson: {
            items: components["schemas"]["Person"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListQueryWord: {
            items: components["schemas"]["QueryWord"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListRegion: {
            items: components["schemas"]["Region"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListRegionPreset: {
            items: components["schemas"]["RegionPreset"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListRejectedRecord: {
            items: components["schemas"]["RejectedRecord"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListRule: {
            items: components["schemas"]["Rule"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListSearch: {
            items: components["schemas"]["Search"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListSearchVersion: {
            items: components["schemas"]["SearchVersion"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListSession: {
            items: components["schemas"]["Session"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListSource: {
            items: components["schemas"]["Source"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListToken: {
            items: components["schemas"]["Token"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        ListTried: {
            items: components["schemas"]["Tried"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        Load: {
            /** Format: int64 */
            agency: number;
            /** Format: int64 */
            open: number;
            /** Format: int64 */
            overdue: number;
        };
        Look: {
            /** Format: date-time */
            at: string;
            /** Format: int64 */
            id: number;
            /** @description Theirs, then. */
            name: string;
            /**
             * Format: int64
             * @description Of the incident.
             */
            number: number;
            region: string;
            /**
             * Format: int64
             * @description Id of the person.
             */
            who: number;
        };
        Marked: {
            text?: components["schemas"]["Segment"][] | null;
            title?: components["schemas"]["Segment"][] | null;
        };
        MaybeReason: {
            reason?: string;
            /**
             * Format: int64
             * @description Of the incident as it was seen.
             */
            version: number;
        };
        Me: {
            /** @description What the role may do. */
            actions: string[] | null;
            /** @description An executor's. */
            agencies: number[] | null;
            email?: string;
            has_password: boolean;
            /**
             * Format: int64
             * @description Of the person, as the audit trail has it.
             */
            id: number;
            /**
             * @description Missing for services.
             * @enum {string}
             */
            language?: "ru" | "en";
            /** @description Missing for services, and for whoever only comes through a provider. */
            login?: string;
            name: string;
            /** @description Codes; * is all. */
            regions: string[] | null;
            role: string;
            /** @description May see sealed cases. */
            sealed: boolean;
            /** @description Signing in needs a code. */
            totp: boolean;
        };
        Media: {
            id?: string;
            kind: string;
            title?: string;
            url?: string;
        };
        NewToken: {
            /** @description An executor's. */
            agencies: number[] | null;
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: date-time */
            expires_at?: string;
            /** @description The person's name. */
            holder: string;
            /** Format: int64 */
            id: number;
            /**
             * Format: date-time
             * @description To the minute.
             */
            last_used_at?: string;
            name: string;
            /**
             * Format: int64
             * @description Whose it is.
             */
            person: number;
            /** @description Of somebody who signs in: it may do what they may do now. Otherwise it is a service's. */
            personal: boolean;
            regions: string[] | null;
            /** Format: date-time */
            revoked_at?: string;
            role: string;
            sealed: boolean;
            /** @description For the header Authorization: Bearer …; it can't be had again. */
            secret: string;
        };
        Node: {
            /** Format: int64 */
            agency?: number;
            continue?: boolean;
            curator?: string;
            name: string;
            preset?: string;
            routes?: components["schemas"]["Node"][] | null;
            watchers?: string[] | null;
            when: components["schemas"]["Condition"];
        };
        NoticesStatus: {
            /**
             * Format: int64
             * @description That are looked back.
             */
            days: number;
            /**
             * Format: int64
             * @description May have arrived, or may have arrived twice.
             */
            doubtful: number;
            /** Format: int64 */
            failed: number;
            /** @description The newest doubtful and failed ones, of one's own regions. */
            last: components["schemas"]["Notification"][] | null;
            /**
             * Format: int64
             * @description Should have been sent a while ago.
             */
            late: number;
        };
        Notification: {
            address: string;
            /** Format: int64 */
            attempts: number;
            channel: string;
            event: string;
            /** Format: int64 */
            id: number;
            /** Format: date-time */
            made: string;
            /** Format: int64 */
            number: number;
            reason?: string;
            /** Format: date-time */
            sent_at?: string;
            state: string;
        };
        Onlooker: {
            name: string;
            /** Format: int64 */
            person: number;
        };
        "Open-incidentRequest": {
            /** @description Id of a post. */
            post: string;
            /** @description Missing: the post's first one that the person has. */
            region?: string;
            /** @description low, normal (missing), raised or critical. */
            severity?: string;
            /** @description Missing: from the post. */
            title?: string;
        };
        PartStatus: {
            /** @description database, log or index. */
            name: string;
            ok: boolean;
        };
        Person: {
            /** @description An executor's. */
            agencies: number[] | null;
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** @description May not sign in; their tokens are no good. */
            disabled: boolean;
            /** Format: date-time */
            disabled_at?: string;
            email: string;
            has_password: boolean;
            /** Format: int64 */
            id: number;
            /** @enum {string} */
            language: "ru" | "en";
            /** @description Empty for whoever only comes through a provider. */
            login: string;
            /** @description Has to change the password first. */
            must_change: boolean;
            name: string;
            /** @description Codes; * is all. */
            regions: string[] | null;
            role: string;
            /** @description May see sealed cases. */
            sealed: boolean;
            /** @description Signing in needs a code. */
            totp: boolean;
            /**
             * Format: int64
             * @description For the next change.
             */
            version: number;
        };
        PersonDraft: {
            /** @description An executor's. */
            agencies?: number[] | null;
            /** @description May not sign in. */
            disabled?: boolean;
            /** @description By which a provider's sign-in is known the first time. */
            email?: string;
            /**
             * @description Missing: ru.
             * @enum {string}
             */
            language?: "ru" | "en";
            /** @description 2–64 letters, digits and . _ @ + -; upper and lower case are one. Missing: only through a provider. */
            login?: string;
            /** @description Shown in the audit trail. */
            name: string;
            /** @description A new one, that the person has to change first; missing: it stays. */
            password?: string;
            /** @description Codes; * is all. */
            regions: string[] | null;
            /** @description administrator, specialist, curator, executor, ombudsman, factchecker, head or partner. */
            role: string;
            /** @description May see sealed cases. */
            sealed?: boolean;
        };
        Post: {
            author?: components["schemas"]["Author"];
            channel?: string;
            counters: components["schemas"]["CounterSet"];
            cut?: boolean;
            deleted?: boolean;
            edited?: boolean;
            forward?: components["schemas"]["Forward"];
            links?: string[] | null;
            media?: components["schemas"]["Media"][] | null;
            reply_to?: string;
            text: string;
            title?: string;
            type: string;
            url?: string;
        };
        PostCopies: {
            /** Format: int64 */
            posts: number;
            /** @description An exact phrase of the post's own words, which finds it and its copies; empty: there is none. */
            query: string;
            /**
             * Format: date-time
             * @description How far back the count got before its time was over; null: it is complete.
             */
            reached: string | null;
            /** @description Why there is no query, in the reader's language. */
            reason?: string;
        };
        PostCount: {
            /** Format: int64 */
            posts: number;
            /**
             * Format: date-time
             * @description How far back the count got before its time was over; null: it is complete.
             */
            reached: string | null;
        };
        PostPage: {
            items: components["schemas"]["FoundPost"][] | null;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
            /**
             * Format: date-time
             * @description How far back the search got before its time was over; null: it is complete.
             */
            reached: string | null;
        };
        PostView: {
            author?: components["schemas"]["Author"];
            channel?: string;
            counters: components["schemas"]["CounterSet"];
            cut?: boolean;
            deleted?: boolean;
            edited?: boolean;
            forward?: components["schemas"]["Forward"];
            /** @description Oldest first. */
            history: components["schemas"]["Revision"][] | null;
            /** @description network:owner/native-id */
            id: string;
            links?: string[] | null;
            media?: components["schemas"]["Media"][] | null;
            network: string;
            /**
             * Format: date-time
             * @description When this revision was read.
             */
            observed: string;
            /** @description live, backfill or import. */
            origin: string;
            /** Format: date-time */
            published: string;
            regions: string[] | null;
            reply_to?: string;
            /** Format: int64 */
            rev: number;
            /**
             * Format: double
             * @description By relevance.
             */
            score?: number;
            /** @description Title and text with what the query found marked; missing where nothing is. */
            segments?: components["schemas"]["Marked"];
            /** @description The text is longer; /posts/{id} has it whole. */
            shortened?: boolean;
            /** @description network:owner, as source: of a query takes it. */
            source: string;
            text: string;
            title?: string;
            type: string;
            url?: string;
            /** @description public, partner or sealed. */
            visibility: string;
        };
        PresetDraft: {
            clocks: {
                [key: string]: components["schemas"]["Budget"];
            };
            name: string;
            title: string;
            /**
             * Format: int64
             * @description Of the one that was edited; 0 for one that the region has not changed or made yet.
             */
            version: number;
        };
        PresetExample: {
            /** Format: date-time */
            at: string;
            /** @description What is worked on this day and the next ones. */
            days: components["schemas"]["ExampleDay"][] | null;
            /** @description When each clock would end if it began then; one without an end is missing. */
            dues: components["schemas"]["ExampleDue"][] | null;
            /** @description Whether somebody is on shift then. */
            works: boolean;
        };
        Problem: {
            /** @description Of a conflict: what happened since the version that was sent. */
            changes?: components["schemas"]["Event"][] | null;
            /** @description Of a conflict: the incident as it is now. */
            current?: components["schemas"]["Incident"];
            /** @description What happened. */
            detail?: string;
            /** @description Every bad field. */
            errors?: components["schemas"]["FieldProblem"][] | null;
            /** @description Nothing may be done before the password is changed, with PUT /me/password. */
            must_change?: boolean;
            /** @description Of a sign-in: the password is right, and a code is needed. */
            needs_code?: boolean;
            /**
             * Format: int64
             * @description The HTTP status.
             */
            status: number;
            /** @description The kind of problem, in the reader's language. */
            title: string;
            /** @description Always about:blank: the status says what kind of problem it is. */
            type: string;
        };
        ProgramVersion: {
            name: string;
            version: string;
        };
        Proof: {
            /** @description An address or words. */
            proof: string;
            /**
             * Format: int64
             * @description Of the incident as it was seen.
             */
            version: number;
        };
        "Put-routeRequest": {
            tree: components["schemas"]["RouteNode"];
            /**
             * Format: int64
             * @description Of the tree that was edited; 0 for the first.
             */
            version: number;
        };
        QueryWord: {
            /** @description Only this form is meant: it has no readings. */
            exact?: boolean;
            /** @description All of which are found, in all their forms. */
            readings: components["schemas"]["Reading"][] | null;
            /** @description As searches compare it: in small letters. */
            word: string;
        };
        Reading: {
            /**
             * @description ending: it ends like forms of that word; stem: nothing is known of it, and words with the same beginning are found.
             * @enum {string}
             */
            from: "dictionary" | "glossary" | "abbreviation" | "ending" | "stem";
            word: string;
        };
        Reason: {
            /** @description Others read it in the trail. */
            reason: string;
            /**
             * Format: int64
             * @description Of the incident as it was seen.
             */
            version: number;
        };
        Recovery: {
            /** @description Codes for when the phone is lost; each is good once, and they can't be had again. */
            recovery: string[] | null;
        };
        Region: {
            /** @description ISO 3166-2, as RU-PRI. */
            code: string;
            /** @description Federal district, in Russian. */
            district: string;
            /** @description In Russian. */
            name: string;
            name_en: string;
            served: boolean;
            /** @description IANA time zone of the capital. */
            zone: string;
        };
        RegionName: {
            code: string;
            /** @description In Russian. */
            name: string;
            name_en: string;
        };
        RegionPreset: {
            built_in: boolean;
            /** Format: date-time */
            changed_at?: string;
            changed_by?: string;
            clocks: {
                [key: string]: components["schemas"]["Budget"];
            };
            name: string;
            title: string;
            /** Format: int64 */
            version: number;
        };
        RejectedBulk: {
            /** @description Next of the request before. */
            after?: string;
            /**
             * Format: int64
             * @description The most that this request decides about.
             * @default 200
             */
            limit: number;
            /** @description Only those whose reason contains this; missing: all of the topic. */
            reason_contains?: string;
            /** @enum {string} */
            topic: "posts" | "matches";
        };
        RejectedCount: {
            /** Format: int64 */
            count: number;
            /** @description There may be more: not all were looked at. */
            more: boolean;
        };
        RejectedDetail: {
            /**
             * Format: date-time
             * @description When it was rejected.
             */
            at: string;
            /**
             * Format: int64
             * @description How often it was rejected, this time included.
             */
            attempts: number;
            /** @description The content is longer. */
            cut: boolean;
            /** Format: date-time */
            decided_at?: string;
            decided_by?: string;
            /** @description What was decided, oldest first. */
            events: components["schemas"]["RejectedEvent"][] | null;
            /** @description sealed: the post is not shown; forgotten: nothing is. */
            hidden?: string;
            /** @description For example posts-3-17. */
            id: string;
            /** @description The text is JSON. */
            json: boolean;
            key: string;
            /** @description Where it was: topic/partition/offset. */
            origin: string;
            reason: string;
            /** @description The rejected record that was put back and came to this one. */
            replay_of?: string;
            /**
             * Format: int64
             * @description Bytes of its content.
             */
            size: number;
            /** @enum {string} */
            state: "waiting" | "replayed" | "dropped";
            /** @description Of the content, what may be shown; JSON is indented. */
            text: string;
            /** @description That it was rejected from: posts or matches. */
            topic: string;
        };
        RejectedDone: {
            /** Format: int64 */
            done: number;
            /** @description Give it as after to go on; empty at the end. */
            next: string;
        };
        RejectedEvent: {
            /** Format: date-time */
            at: string;
            by: string;
            /** @enum {string} */
            what: "replayed" | "dropped" | "restored";
        };
        RejectedRecord: {
            /**
             * Format: date-time
             * @description When it was rejected.
             */
            at: string;
            /**
             * Format: int64
             * @description How often it was rejected, this time included.
             */
            attempts: number;
            /** Format: date-time */
            decided_at?: string;
            decided_by?: string;
            /** @description For example posts-3-17. */
            id: string;
            key: string;
            /** @description Where it was: topic/partition/offset. */
            origin: string;
            reason: string;
            /** @description The rejected record that was put back and came to this one. */
            replay_of?: string;
            /**
             * Format: int64
             * @description Bytes of its content.
             */
            size: number;
            /** @enum {string} */
            state: "waiting" | "replayed" | "dropped";
            /** @description That it was rejected from: posts or matches. */
            topic: string;
        };
        RejectedTopic: {
            topic: string;
            /**
             * Format: int64
             * @description Ever.
             */
            total: number;
            /**
             * Format: int64
             * @description Nothing was decided about these.
             */
            waiting: number;
        };
        Renewal: {
            /**
             * Format: date-time
             * @description When this was noted.
             */
            at: string | null;
            /** @description At work: class and month. */
            bucket: string;
            /** Format: int64 */
            buckets: number;
            /** Format: int64 */
            buckets_done: number;
            /**
             * Format: int64
             * @description Posts.
             */
            done: number;
            /** Format: date-time */
            ended_at: string | null;
            /** @description Of the last try, for who looks after the installation. */
            error: string;
            /** Format: double */
            per_second: number;
            /**
             * Format: int64
             * @description In all; 0: they are too many to be counted in time.
             */
            posts: number;
            /**
             * Format: double
             * @description Of the bucket at work where posts is 0.
             */
            seconds_left: number;
            /**
             * @description waiting: it begins when the glossary has not changed for a minute and all indexers work with it; failed: it is tried again in a minute.
             * @enum {string}
             */
            state: "waiting" | "running" | "failed" | "done";
        };
        "Restore-searchRequest": {
            /**
             * Format: int64
             * @description Of the deletion: one more than that of the search before it.
             */
            version: number;
        };
        Revision: {
            /** @description Of the content. */
            hash: string;
            /** @description revision or deletion. */
            kind: string;
            /** Format: date-time */
            observed: string;
            post?: components["schemas"]["Post"];
            /** Format: int64 */
            rev: number;
        };
        RouteNode: {
            /** Format: int64 */
            agency?: number;
            continue?: boolean;
            curator?: string;
            name?: string;
            preset?: string;
            routes?: components["schemas"]["RouteNode"][] | null;
            watchers?: string[] | null;
            when?: components["schemas"]["Condition"];
        };
        RouteTree: {
            region: string;
            tree: components["schemas"]["Node"];
            /** Format: date-time */
            updated_at: string;
            updated_by?: string;
            /** Format: int64 */
            version: number;
        };
        Rule: {
            /** Format: int64 */
            agency?: number;
            enabled: boolean;
            /** Format: int64 */
            id: number;
            mode: string;
            name: string;
            open_for_backfill: boolean;
            preset?: string;
            region: string;
            /** Format: int64 */
            search: number;
            severity: string;
        };
        RuleDraft: {
            /**
             * Format: int64
             * @description Missing: the route says.
             */
            agency?: number;
            /** @description Missing: true. */
            enabled?: boolean;
            /** @description suggest (missing): into triage; auto: assigned at once. */
            mode?: string;
            name: string;
            /** @description Also what isn't live opens incidents. */
            open_for_backfill?: boolean;
            /** @description Of deadlines; missing: the route's. */
            preset?: string;
            region: string;
            /**
             * Format: int64
             * @description Id of a saved search.
             */
            search: number;
            /** @description low, normal (missing), raised or critical. */
            severity?: string;
        };
        Search: {
            /** Format: date-time */
            changed_at: string;
            /** Format: date-time */
            created_at: string;
            /** Format: int64 */
            id: number;
            name: string;
            owner: string;
            /** @description The past has been searched with this version. */
            past_done: boolean;
            /**
             * Format: int64
             * @description Posts of the past that match it.
             */
            past_found: number;
            query: string;
            regions: string[] | null;
            sealed: boolean;
            /**
             * Format: int64
             * @description Send it back with a change.
             */
            version: number;
            /** @description Whose days since: and until: mean. */
            zone: string;
        };
        SearchChange: {
            name: string;
            query: string;
            /** @description Missing: all of the person's. */
            regions?: string[] | null;
            /** @description It matches sealed posts too. */
            sealed?: boolean;
            /** Format: int64 */
            version: number;
            /** @description IANA time zone; missing: that of the person's first region. */
            zone?: string;
        };
        SearchDraft: {
            name: string;
            query: string;
            /** @description Missing: all of the person's. */
            regions?: string[] | null;
            /** @description It matches sealed posts too. */
            sealed?: boolean;
            /** @description IANA time zone; missing: that of the person's first region. */
            zone?: string;
        };
        SearchVersion: {
            /** Format: date-time */
            changed_at: string;
            changed_by: string;
            name: string;
            query: string;
            regions: string[] | null;
            /** Format: int64 */
            version: number;
        };
        Segment: {
            mark?: boolean;
            text: string;
        };
        "Serve-regionRequest": {
            served: boolean;
        };
        Session: {
            /** @description Of the network. */
            address: string;
            /** @description What the browser calls itself. */
            agent: string;
            /** Format: date-time */
            created_at: string;
            /** @description The one that asks. */
            current: boolean;
            /**
             * Format: date-time
             * @description However much it is used.
             */
            expires_at: string;
            /** Format: int64 */
            id: number;
            /**
             * Format: date-time
             * @description To the minute.
             */
            seen_at: string;
            /** @enum {string} */
            way: "password" | "oidc";
        };
        "Set-upRequest": {
            /** @description The set-up code that the server shows when it starts; not needed from the machine that it runs on. */
            code?: string;
            login: string;
            name: string;
            password: string;
        };
        Shift: {
            /** Format: int64 */
            from: number;
            /** Format: int64 */
            to: number;
        };
        "Sign-inRequest": {
            /** @description Of the authenticator application, or a recovery code. */
            code?: string;
            login: string;
            password: string;
        };
        SignInPage: {
            installation: components["schemas"]["SignInPageInstallationStruct"];
            /** @description Providers to sign in through, at /auth/oidc/{id}. */
            oidc: components["schemas"]["SignInProvider"][] | null;
            /** @description POST /setup asks whoever asks this for the set-up code. */
            setup_code: boolean;
            /** @description Nobody is there yet: the first administrator is made with POST /setup. */
            setup_needed: boolean;
        };
        SignInPageInstallationStruct: {
            /** @description What is collected, in words. */
            collects: string;
            /** @description For how long. */
            kept: components["schemas"]["Kept"][] | null;
            name: string;
            /** @description Those that are served. */
            regions: components["schemas"]["RegionName"][] | null;
            /** @description What for, in words. */
            why: string;
        };
        SignInProvider: {
            id: string;
            /** @description For the button. */
            name: string;
        };
        Source: {
            /** @description Name of a channel or wall, address of a feed. */
            address: string;
            /**
             * Format: int64
             * @description Posts of the past to read at first.
             */
            backfill: number;
            /** @description Retention class. */
            class: string;
            /** Format: date-time */
            created_at: string;
            /** @description What was seen where it is not ok. */
            detail?: string;
            enabled: boolean;
            /** @description Time between two readings: a number and s, m, h or d. */
            every: string;
            /**
             * Format: int64
             * @description In a row.
             */
            failures: number;
            /** @description new, ok, gone, blocked, rate_limited, not_understood or unreachable. */
            health: string;
            /** Format: date-time */
            health_since: string;
            /** Format: int64 */
            id: number;
            /**
             * Format: date-time
             * @description When it last had something new; null: never.
             */
            last_new: string | null;
            /**
             * Format: date-time
             * @description When it last answered and was understood; null: never.
             */
            last_ok: string | null;
            /**
             * Format: date-time
             * @description When it was last asked; null: never.
             */
            last_read: string | null;
            network: string;
            /**
             * Format: date-time
             * @description When it is due.
             */
            next_at: string;
            /**
             * Format: int64
             * @description Records read in all.
             */
            posts: number;
            regions: string[] | null;
            /** @description network:owner, as source: of a query takes it; missing before the first reading. */
            source?: string;
            /** Format: int64 */
            subscribers?: number;
            title?: string;
            /** @description public, partner or sealed. */
            visibility: string;
        };
        SourceChange: {
            /**
             * Format: int64
             * @description Posts of the past to read at first.
             */
            backfill?: number;
            /** @description Retention class; missing: standard. */
            class?: string;
            /** @description Missing: true. */
            enabled?: boolean;
            /** @description Time between two readings, from 5s to 7d: a number and s, m, h or d. Missing: the network's polite default. */
            every?: string;
            /** @description Whose posts they are. */
            regions: string[] | null;
            /** @description public (missing), partner or sealed. */
            visibility?: string;
        };
        SourceDraft: {
            /** @description Name of a channel or wall, address of a feed. */
            address: string;
            /**
             * Format: int64
             * @description Posts of the past to read at first.
             */
            backfill?: number;
            /** @description Retention class; missing: standard. */
            class?: string;
            /** @description Missing: true. */
            enabled?: boolean;
            /** @description Time between two readings, from 5s to 7d: a number and s, m, h or d. Missing: the network's polite default. */
            every?: string;
            /** @description For example telegram or rss. */
            network: string;
            /** @description Whose posts they are. */
            regions: string[] | null;
            /** @description public (missing), partner or sealed. */
            visibility?: string;
        };
        SourcesStatus: {
            /**
             * Format: int64
             * @description Gone, blocked, not understood or unreachable.
             */
            ill: number;
            /**
             * Format: int64
             * @description Not read yet.
             */
            new: number;
            /** Format: int64 */
            ok: number;
            /**
             * Format: int64
             * @description Due for a while, and read by nobody.
             */
            overdue: number;
            /**
             * Format: int64
             * @description They asked to be left alone for a while.
             */
            rate_limited: number;
        };
        StageStatus: {
            /**
             * Format: int64
             * @description Age of the oldest of them; where nothing could be measured, what it is at most.
             */
            behind_seconds: number;
            /** @description False: it could not be measured. */
            known: boolean;
            /**
             * Format: date-time
             * @description When the oldest of them came.
             */
            since?: string;
            /** @enum {string} */
            stage: "reading" | "index" | "desk";
            /**
             * Format: int64
             * @description Records that wait; of reading, sources that are due. -1: not known.
             */
            waiting: number;
        };
        Status: {
            /**
             * Format: date-time
             * @description When it was measured.
             */
            at: string;
            /** @description Null where that is not known. */
            notifications: components["schemas"]["NoticesStatus"];
            parts: components["schemas"]["PartStatus"][] | null;
            /** @description Records that could not be processed; empty where that is not known. */
            rejected: components["schemas"]["RejectedTopic"][] | null;
            /**
             * Format: int64
             * @description How long the log keeps them.
             */
            rejected_kept_days: number;
            /** @description Null where that is not known. */
            sources: components["schemas"]["SourcesStatus"];
            /** @description Of the line, in its order. */
            stages: components["schemas"]["StageStatus"][] | null;
            versions: components["schemas"]["ProgramVersion"][] | null;
        };
        Step: {
            at: number[] | null;
            because: components["schemas"]["Compared"][] | null;
            only?: string;
            path: string;
            taken: boolean;
            why: string;
        };
        Target: {
            /** Format: int64 */
            agency?: number;
            curator?: string;
            preset?: string;
            watchers?: string[] | null;
        };
        Token: {
            /** @description An executor's. */
            agencies: number[] | null;
            /** Format: date-time */
            created_at: string;
            created_by: string;
            /** Format: date-time */
            expires_at?: string;
            /** @description The person's name. */
            holder: string;
            /** Format: int64 */
            id: number;
            /**
             * Format: date-time
             * @description To the minute.
             */
            last_used_at?: string;
            name: string;
            /**
             * Format: int64
             * @description Whose it is.
             */
            person: number;
            /** @description Of somebody who signs in: it may do what they may do now. Otherwise it is a service's. */
            personal: boolean;
            regions: string[] | null;
            /** Format: date-time */
            revoked_at?: string;
            role: string;
            sealed: boolean;
        };
        TokenDraft: {
            /** @description An executor's. */
            agencies?: number[] | null;
            /**
             * Format: date-time
             * @description Missing: never.
             */
            expires_at?: string;
            /** @description Shown in the audit trail. */
            name: string;
            /** @description Codes; * is all. */
            regions: string[] | null;
            /** @description administrator, specialist, curator, executor, ombudsman, factchecker, head or partner. */
            role: string;
            /** @description May see sealed cases. */
            sealed?: boolean;
        };
        Tried: {
            address: string;
            /** @description webhook or email. */
            channel: string;
            /** @description Why not, in the reader's language as far as it is ours. */
            reason?: string;
            sent: boolean;
        };
        Version: {
            /**
             * Format: int64
             * @description Of the incident as it was seen.
             */
            version: number;
        };
    };
    responses: never;
    parameters: never;
    requestBodies: never;
    headers: never;
    pathItems: never;
}
export type $defs = Record<string, never>;
export interface operations {
    "list-agencies": {
        parameters: {
            query?: {
                /** @description Only this region. */
                region?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListAgency"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-agency": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgencyDraft"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agency"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "agencies-load": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListLoad"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-agency": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agency"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "change-agency": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["AgencyDraft"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Agency"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "retire-agency": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "test-agency": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListTried"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-audit": {
        parameters: {
            query?: {
                limit?: number;
                /** @description Next of the page before. */
                after?: string;
                /** @description From this moment on. */
                from?: string;
                /** @description Before this moment. */
                to?: string;
                /** @description Id of the person who changed something. */
                who?: number;
                /** @description Id of the person whom it is about. */
                person?: number;
                /** @description What was changed. */
                thing?: "person" | "token" | "search" | "rule" | "route" | "preset" | "agency" | "source" | "region" | "glossary";
                /** @description Id of the thing. */
                of?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListAuditEvent"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-glossary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Glossary"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "change-glossary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Change-glossaryRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Glossary"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "check-glossary": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Check-glossaryRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GlossaryCheck"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-glossary-revisions": {
        parameters: {
            query?: {
                limit?: number;
                /** @description Next of the page before. */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListGlossaryChange"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-glossary-revision": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["GlossaryRevision"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-incidents": {
        parameters: {
            query?: {
                /** @description Any of these. */
                state?: string[] | null;
                /** @description Any of these. */
                region?: string[] | null;
                /** @description Any of these. */
                agency?: number[] | null;
                /** @description Any of these. */
                severity?: string[] | null;
                /** @description Whether somebody still owes something. */
                open?: "true" | "false";
                /** @description Only those whose due has passed. */
                overdue?: boolean;
                due_before?: string;
                /** @description Opened at or after. */
                from?: string;
                /** @description Opened before. */
                to?: string;
                rule?: number;
                search?: number;
                sort?: "newest" | "oldest" | "due";
                limit?: number;
                /** @description Next of the page before. */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListIncident"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "open-incident": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Open-incidentRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "stream-incidents": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events change (Change), everything (Everything) where too much changes to be told one by one, and as the last one closed (Closed). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "accept-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Version"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "answer-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Answer"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "approve-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Approval"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "assign-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Assign"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "claim-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MaybeReason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "close-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Version"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "comment-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Comment"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "control-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Version"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "draft-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DraftText"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "duplicate-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["DuplicateOf"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "interim-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Interim"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "not-ours-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MaybeReason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "incident-notifications": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListNotification"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "incident-posts": {
        parameters: {
            query?: {
                limit?: number;
                after?: string;
            };
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListEvidence"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "be-present": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListOnlooker"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    leave: {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "publish-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Version"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "reopen-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "return-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "review-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Version"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "rework-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Reason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "spam-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["MaybeReason"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "triage-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Version"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "undo-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Version"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "verify-incident": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                number: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Proof"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["IncidentView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-looks": {
        parameters: {
            query?: {
                limit?: number;
                /** @description Next of the page before. */
                after?: string;
                /** @description From this moment on. */
                from?: string;
                /** @description Before this moment. */
                to?: string;
                /** @description Id of the person. */
                who?: number;
                /** @description Of the incident. */
                number?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListLook"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    me: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "change-me": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Change-meRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Me"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "change-password": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Change-passwordRequest"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-own-tokens": {
        parameters: {
            query?: {
                limit?: number;
                /** @description Next of the page before. */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListToken"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-own-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Create-own-tokenRequest"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewToken"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "revoke-own-token": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "begin-totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Key"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "end-totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeBody"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "confirm-totp": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["CodeBody"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Recovery"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-people": {
        parameters: {
            query?: {
                limit?: number;
                /** @description Next of the page before. */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListPerson"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-person": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PersonDraft"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-person": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "change-person": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Change-personRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Person"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "reset-totp": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "search-posts": {
        parameters: {
            query?: {
                /** @description In the search language; empty: everything. */
                query?: string;
                /** @description IANA time zone of since: and until:; missing: that of the person's first region. */
                zone?: string;
                /** @description By relevance only the first 1,000. */
                order?: "newest" | "relevance";
                limit?: number;
                /** @description Next of the page before. */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostPage"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "count-posts": {
        parameters: {
            query?: {
                /** @description In the search language; empty: everything. */
                query?: string;
                /** @description IANA time zone of since: and until:; missing: that of the person's first region. */
                zone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostCount"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "posts-histogram": {
        parameters: {
            query?: {
                /** @description In the search language; empty: everything. */
                query?: string;
                /** @description IANA time zone of since: and until:; missing: that of the person's first region. */
                zone?: string;
                by?: "hour" | "day" | "month" | "net" | "source" | "region";
                /** @description Of values of a field. */
                limit?: number;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Histogram"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "stream-posts": {
        parameters: {
            query?: {
                /** @description In the search language; empty: everything. */
                query?: string;
                /** @description IANA time zone of since: and until:; missing: that of the person's first region. */
                zone?: string;
                /** @description Id of an event: what came after it comes first. Missing: only what comes from now on. */
                after?: string;
            };
            header?: {
                /** @description The same, as browsers send it when they come back; counts before after. */
                "Last-Event-ID"?: string;
            };
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description Events post (FoundPost), gap (Gap) first where the position is no longer kept, and as the last one closed (Closed). */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "text/event-stream": string;
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "query-words": {
        parameters: {
            query?: {
                /** @description In the search language; empty: everything. */
                query?: string;
                /** @description IANA time zone of since: and until:; missing: that of the person's first region. */
                zone?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListQueryWord"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-post": {
        parameters: {
            query?: {
                /** @description In the search language; empty: everything. */
                query?: string;
                /** @description IANA time zone of since: and until:; missing: that of the person's first region. */
                zone?: string;
            };
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostView"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "post-copies": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PostCopies"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-presets": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                region: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListRegionPreset"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "put-preset": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                region: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["PresetDraft"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RegionPreset"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "example-preset": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                region: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Example-presetRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["PresetExample"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete-preset": {
        parameters: {
            query: {
                version: number;
            };
            header?: never;
            path: {
                region: string;
                name: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-regions": {
        parameters: {
            query?: {
                /** @description Also those that are not served. */
                all?: boolean;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListRegion"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "serve-region": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                code: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Serve-regionRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Region"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-rejected": {
        parameters: {
            query?: {
                /** @description Only those rejected from this topic. */
                topic?: "posts" | "matches";
                /** @description Only those whose reason contains this, in any case of letters. */
                reason_contains?: string;
                /** @description Only those about which this was decided; waiting: nothing yet. */
                state?: "waiting" | "replayed" | "dropped";
                limit?: number;
                /** @description Next of the page before. */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListRejectedRecord"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "count-rejected": {
        parameters: {
            query?: {
                /** @description Only those rejected from this topic. */
                topic?: "posts" | "matches";
                /** @description Only those whose reason contains this, in any case of letters. */
                reason_contains?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RejectedCount"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "drop-many-rejected": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RejectedBulk"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RejectedDone"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "replay-many-rejected": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RejectedBulk"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RejectedDone"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-rejected": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RejectedDetail"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "drop-rejected": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RejectedDetail"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "replay-rejected": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RejectedDetail"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "restore-rejected": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RejectedDetail"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-route": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                region: string;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteTree"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "put-route": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                region: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Put-routeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["RouteTree"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "explain-route": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                region: string;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Explain-routeRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Explanation"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-rules": {
        parameters: {
            query?: {
                /** @description Only this region. */
                region?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListRule"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-rule": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleDraft"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rule"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-rule": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rule"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "change-rule": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["RuleDraft"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Rule"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete-rule": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-searches": {
        parameters: {
            query?: {
                limit?: number;
                /** @description Next of the page before. */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListSearch"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-search": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchDraft"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Search"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-search": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Search"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "change-search": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SearchChange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Search"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete-search": {
        parameters: {
            query: {
                version: number;
            };
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "search-hits": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListHits"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "restore-search": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Restore-searchRequest"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Search"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "search-versions": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListSearchVersion"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Sign-inRequest"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "sign-out": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "complete-sign-in": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Complete-sign-inRequest"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-sessions": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListSession"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "end-session": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "set-up": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["Set-upRequest"];
            };
        };
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    "Set-Cookie"?: string;
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "sign-in-page": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["SignInPage"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-sources": {
        parameters: {
            query?: {
                limit?: number;
                /** @description Next of the page before. */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListSource"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-source": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourceDraft"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "get-source": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "change-source": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["SourceChange"];
            };
        };
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "delete-source": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "read-source": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Source"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    status: {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["Status"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "line-status": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["LineStatus"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "list-tokens": {
        parameters: {
            query?: {
                limit?: number;
                /** @description Next of the page before. */
                after?: string;
            };
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description OK */
            200: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["ListToken"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "create-token": {
        parameters: {
            query?: never;
            header?: never;
            path?: never;
            cookie?: never;
        };
        requestBody: {
            content: {
                "application/json": components["schemas"]["TokenDraft"];
            };
        };
        responses: {
            /** @description Created */
            201: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/json": components["schemas"]["NewToken"];
                };
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
    "revoke-token": {
        parameters: {
            query?: never;
            header?: never;
            path: {
                id: number;
            };
            cookie?: never;
        };
        requestBody?: never;
        responses: {
            /** @description No Content */
            204: {
                headers: {
                    [name: string]: unknown;
                };
                content?: never;
            };
            /** @description A problem; the status says of which kind. */
            default: {
                headers: {
                    [name: string]: unknown;
                };
                content: {
                    "application/problem+json": components["schemas"]["Problem"];
                };
            };
        };
    };
}
